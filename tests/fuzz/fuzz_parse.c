/* Fuzz target of tokenizer, parser, tree conversion and validation.

   With libFuzzer:   clang -fsanitize=fuzzer,address ... fuzz_parse.c
   Stand-alone:      -DFUZZ_STANDALONE; parses the files that are named on the command line, or
                     mutates them (-n COUNT, -s SEED).

   The first byte of an input chooses the start symbol and the flags, the rest is the source.  An input
   is good if it gives a tree or an exception; a tree must survive the way to objects and back. */
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"

static void
check_tree(Mod *mod, int start)
{
    PyObject *object = ast_to_object(mod);
    if (object == NULL) {
        return;                 /* nested too deeply */
    }
    if (start != Py_func_type_input) {
        int mode = start == Py_file_input ? 0 : start == Py_eval_input ? 1 : 2;
        Arena *arena = arena_new();
        Mod *again = arena == NULL ? NULL : ast_from_object(object, arena, mode);
        if (again == NULL || ast_validate(again) < 0) {
            if (!PyErr_ExceptionMatches(PyExc_RecursionError)) {
                PyErr_Print();
                abort();
            }
        } else if (start == Py_eval_input) {
            Py_XDECREF(unparse_expr(again->v.Expression.body));
        }
        arena_free(arena);
    }
    Py_DECREF(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int starts[] = {Py_file_input, Py_eval_input, Py_single_input, Py_func_type_input};
    if (!Py_IsInitialized()) {
        Py_InitializeEx(0);
    }
    if (size == 0) {
        return 0;
    }
    char *source = malloc(size);
    memcpy(source, data + 1, size - 1);
    source[size - 1] = '\0';
    int start = starts[data[0] & 3];
    PyCompilerFlags flags = {.cf_flags = PyCF_ONLY_AST, .cf_feature_version = PY_MINOR_VERSION};
    flags.cf_flags |= data[0] & 4 ? PyCF_IGNORE_COOKIE : 0;
    flags.cf_flags |= data[0] & 8 ? PyCF_TYPE_COMMENTS : 0;
    flags.cf_flags |= data[0] & 16 ? PyCF_DONT_IMPLY_DEDENT : 0;
    flags.cf_flags |= data[0] & 32 ? PyCF_ALLOW_INCOMPLETE_INPUT : 0;
    if (data[0] & 64) {
        flags.cf_feature_version = 4;
    }
    PyObject *filename = PyUnicode_FromString("<fuzz>");
    Arena *arena = arena_new();
    if (filename != NULL && arena != NULL) {
        Mod *mod = parse_string(source, filename, start, &flags, arena);
        if ((mod == NULL) != (PyErr_Occurred() != NULL)) {
            abort();
        }
        if (mod != NULL) {
            check_tree(mod, start);
        }
    }
    PyErr_Clear();
    arena_free(arena);
    Py_XDECREF(filename);
    free(source);
    return 0;
}

#ifdef FUZZ_STANDALONE

static uint64_t random_state = 88172645463325252u;

static size_t
random_below(size_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return bound == 0 ? 0 : (size_t)(random_state % bound);
}

/* A copy of a part of `text` with some bytes changed, inserted or removed. */
static void
run_mutation(const char *text, size_t length)
{
    static const char *const words[] = {"(", ")", "[", "]", "{", "}", "'''", "f'{", "}'", "\\\n",
                                        "\n ", "lambda ", " if ", " else ", "match ", "case ", ":",
                                        ",", "=", ":=", "*", "**", "\x80", "\xff", "await ", "0x"};
    size_t from = random_below(length), count = random_below(600);
    count = from + count > length ? length - from : count;
    uint8_t *data = malloc(count + 64);
    size_t size = 1;
    data[0] = (uint8_t)random_below(256);
    memcpy(data + 1, text + from, count);
    size += count;
    for (size_t i = random_below(4); i > 0; i--) {
        size_t at = 1 + random_below(size - 1);
        const char *word = words[random_below(sizeof(words) / sizeof(*words))];
        size_t n = strlen(word);
        if (at + n <= size && random_below(2)) {
            memcpy(data + at, word, n);
        } else if (size + n < count + 64) {
            memmove(data + at + n, data + at, size - at);
            memcpy(data + at, word, n);
            size += n;
        }
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

int
main(int argc, char **argv)
{
    size_t mutations = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-n") == 0 && i + 1 < argc) {
            mutations = (size_t)atol(argv[++i]);
            continue;
        }
        if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
            random_state ^= (uint64_t)atol(argv[++i]) * 2654435761u;
            continue;
        }
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        fseek(file, 0, SEEK_END);
        size_t length = (size_t)ftell(file);
        rewind(file);
        uint8_t *data = malloc(length + 1);
        data[0] = 0;
        length = fread(data + 1, 1, length, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, length + 1);
        for (size_t n = 0; n < mutations && length > 0; n++) {
            run_mutation((const char *)data + 1, length);
        }
        free(data);
    }
    return 0;
}

#endif
