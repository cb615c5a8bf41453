/* Modules that the reference freezes.  The code of those that every start needs is data of the executable
   (tools/gen_frozen.py), which nobody has to read.  It is handed out once: what the interpreter writes
   into it belongs to one interpreter.  After that, and for the other modules, the code comes from the
   standard library's files and gets a frozen name.  The ABI's tables (_PyImport_Frozen*) list all of
   them with a function that returns the code.
   An embedder's own table, PyImport_FrozenModules, holds marshalled code. */
#include "runtime/config.h"
#include "runtime/frozen_data.h"
#include "runtime/import.h"
#include "object/doors.h"
#include "base/os.h"
#include "object/declare.h"
#include <marshal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* MODULE(identifier, name, module whose file holds the code, is a package) */
#define FROZEN_BOOTSTRAP(MODULE)                                        \
    MODULE(frozen_importlib, "_frozen_importlib", "importlib._bootstrap", 0) \
    MODULE(frozen_importlib_external, "_frozen_importlib_external", "importlib._bootstrap_external", 0) \
    MODULE(zipimport, "zipimport", "zipimport", 0)

#define FROZEN_STDLIB(MODULE)                                           \
    MODULE(abc, "abc", "abc", 0)                                        \
    MODULE(codecs, "codecs", "codecs", 0)                               \
    MODULE(io, "io", "io", 0)                                           \
    MODULE(collections_abc, "_collections_abc", "_collections_abc", 0)  \
    MODULE(sitebuiltins, "_sitebuiltins", "_sitebuiltins", 0)           \
    MODULE(genericpath, "genericpath", "genericpath", 0)                \
    MODULE(ntpath, "ntpath", "ntpath", 0)                               \
    MODULE(posixpath, "posixpath", "posixpath", 0)                      \
    MODULE(os_path, "os.path", "posixpath", 0)                          \
    MODULE(os, "os", "os", 0)                                           \
    MODULE(site, "site", "site", 0)                                     \
    MODULE(stat, "stat", "stat", 0)                                     \
    MODULE(importlib_util, "importlib.util", "importlib.util", 0)       \
    MODULE(importlib_machinery, "importlib.machinery", "importlib.machinery", 0) \
    MODULE(runpy, "runpy", "runpy", 0)

#define FROZEN_TEST(MODULE)                                             \
    MODULE(hello, "__hello__", "__hello__", 0)                          \
    MODULE(hello_alias, "__hello_alias__", "__hello__", 0)              \
    MODULE(phello_alias, "__phello_alias__", "__hello__", 1)            \
    MODULE(phello_alias_spam, "__phello_alias__.spam", "__hello__", 0) \
    MODULE(phello, "__phello__", "__phello__", 1)                       \
    MODULE(phello_init, "__phello__.__init__", "<__phello__", 0)    \
    MODULE(phello_ham, "__phello__.ham", "__phello__.ham", 1)         \
    MODULE(phello_ham_init, "__phello__.ham.__init__", "<__phello__.ham", 0) \
    MODULE(phello_ham_eggs, "__phello__.ham.eggs", "__phello__.ham.eggs", 0) \
    MODULE(phello_spam, "__phello__.spam", "__phello__.spam", 0)      \
    MODULE(hello_only, "__hello_only__", NULL, 0)

/* The row of one module in the table below. */
enum FrozenIndex {
#define MODULE(id, name, origin, package) FROZEN_##id,
    FROZEN_BOOTSTRAP(MODULE) FROZEN_STDLIB(MODULE) FROZEN_TEST(MODULE)
#undef MODULE
};

static const struct FrozenModule frozen_table[] = {
#define MODULE(id, name, origin, package) {name, origin, package, 1, NULL},
    FROZEN_BOOTSTRAP(MODULE)
#undef MODULE
#define MODULE(id, name, origin, package) {name, origin, package, 0, NULL},
    FROZEN_STDLIB(MODULE) FROZEN_TEST(MODULE)
#undef MODULE
};

/* ---- the ABI's tables ---- */

#define MODULE(id, name, origin, package)                                      \
    static PyObject *                                                          \
    frozen_get_##id(void)                                                      \
    {                                                                          \
        return frozen_code(&frozen_table[FROZEN_##id]);                        \
    }
FROZEN_BOOTSTRAP(MODULE)
FROZEN_STDLIB(MODULE)
FROZEN_TEST(MODULE)
#undef MODULE

#define MODULE(id, name, origin, package) {name, NULL, 0, package, frozen_get_##id},
static const struct _frozen frozen_bootstrap[] = {FROZEN_BOOTSTRAP(MODULE) {NULL, NULL, 0, 0, NULL}};
static const struct _frozen frozen_stdlib[] = {FROZEN_STDLIB(MODULE) {NULL, NULL, 0, 0, NULL}};
static const struct _frozen frozen_test[] = {FROZEN_TEST(MODULE) {NULL, NULL, 0, 0, NULL}};
#undef MODULE

const struct _frozen *_PyImport_FrozenBootstrap = frozen_bootstrap;
const struct _frozen *_PyImport_FrozenStdlib = frozen_stdlib;
const struct _frozen *_PyImport_FrozenTest = frozen_test;
const struct _frozen *PyImport_FrozenModules = NULL;

/* ---- finding ---- */

static bool
frozen_enabled(void)
{
    struct _is *interp = interp_get();
    int override = interp->import.override_frozen;
    return override > 0 || (override == 0 && interp->config.use_frozen_modules);
}

/* An embedder's module comes before those that can be switched off. */
bool
frozen_find(PyObject *name, struct FrozenModule *found)
{
    const struct FrozenModule *own = NULL;
    if (name == NULL || name == Py_None || !PyUnicode_Check(name)) {
        return false;
    }
    Py_UCS4 first = PyUnicode_GET_LENGTH(name) == 0 ? 0 : PyUnicode_READ_CHAR(name, 0);
    for (size_t i = 0; own == NULL && i < ARRAY_LEN(frozen_table); i++) {
        if ((Py_UCS4)(unsigned char)frozen_table[i].name[0] == first &&
            _PyUnicode_EqualToASCIIString(name, frozen_table[i].name)) {
            own = &frozen_table[i];
        }
    }
    const struct _frozen *row = PyImport_FrozenModules;
    for (; (own == NULL || !own->essential) && row != NULL && row->name != NULL; row++) {
        if (_PyUnicode_EqualToASCIIString(name, row->name)) {
            *found = (struct FrozenModule){row->name, row->name, row->is_package != 0, 0, row};
            return true;
        }
    }
    if (own == NULL || !(own->essential || frozen_enabled())) {
        return false;
    }
    *found = *own;
    return true;
}

static status
append_name(PyObject *list, const char *text)
{
    PyObject *name = PyUnicode_InternFromString(text);
    status result = name == NULL ? -1 : PyList_Append(list, name);
    Py_XDECREF(name);
    return result;
}

PyObject *
frozen_names(void)
{
    PyObject *list = PyList_New(0);
    bool enabled = frozen_enabled();
    for (size_t i = 0; list != NULL && i < ARRAY_LEN(frozen_table); i++) {
        if ((frozen_table[i].essential || enabled) && append_name(list, frozen_table[i].name) < 0) {
            Py_CLEAR(list);
        }
    }
    const struct _frozen *row = PyImport_FrozenModules;
    for (; list != NULL && row != NULL && row->name != NULL; row++) {
        if (append_name(list, row->name) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* ---- code ---- */

status
code_rename(PyObject *op, PyObject *new_name)
{
    PyCodeObject *code = (PyCodeObject *)op;
    PyObject *old = Py_NewRef(code->co_filename);
    if (PyUnicode_Compare(old, new_name) == 0) {
        Py_DECREF(old);
        return 0;
    }
    Py_INCREF(new_name);
    Py_SETREF(code->co_filename, new_name);
    status result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyTuple_GET_SIZE(code->co_consts); i++) {
        PyObject *inner = PyTuple_GET_ITEM(code->co_consts, i);
        if (PyCode_Check(inner) && PyUnicode_Compare(((PyCodeObject *)inner)->co_filename, old) == 0) {
            result = Py_EnterRecursiveCall(" while renaming code");
            if (result == 0) {
                result = code_rename(inner, new_name);
                Py_LeaveRecursiveCall();
            }
        }
    }
    Py_DECREF(old);
    return result;
}

/* Whole file in raw memory, NUL-terminated, or NULL with errno set; its status in *st. */
static char *
read_file(const char *path, size_t *size, struct stat *st)
{
    FILE *in = fopen(path, "rbe");
    char *data = NULL;
    if (in == NULL) {
        return NULL;
    }
    if (fstat(fileno(in), st) == 0 && S_ISREG(st->st_mode)) {
        data = PyMem_RawMalloc((size_t)st->st_size + 1);
        if (data != NULL) {
            *size = fread(data, 1, (size_t)st->st_size, in);
            data[*size] = 0;
        }
    }
    fclose(in);
    return data;
}

static uint32_t
little_endian(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Code from a .pyc that belongs to the source as it is now; NULL, maybe without an exception. */
static PyObject *
code_from_cache(const char *pyc, const struct stat *source)
{
    struct stat st;
    size_t size;
    PyObject *code = NULL;
    char *data = read_file(pyc, &size, &st);
    if (data == NULL) {
        return NULL;
    }
    if (size > 16 && memcmp(data, "\xa7\x0d\x0d\x0a", 4) == 0) {
        uint32_t flags = little_endian(data + 4);
        bool fresh = flags == 0 && little_endian(data + 8) == (uint32_t)source->st_mtime &&
                     little_endian(data + 12) == (uint32_t)source->st_size;
        if (fresh || flags == 1) {
            code = PyMarshal_ReadObjectFromString(data + 16, (Py_ssize_t)size - 16);
            if (code == NULL || !PyCode_Check(code)) {
                PyErr_Clear();
                Py_CLEAR(code);
            }
        }
    }
    PyMem_RawFree(data);
    return code;
}

PyObject *
frozen_code_from(const char *pyc, const struct stat *source)
{
    struct stat st;
    size_t size;
    char *data = read_file(pyc, &size, &st);
    PyObject *code = NULL;
    if (data != NULL && size > 16 && memcmp(data, "\xa7\x0d\x0d\x0a\0\0\0", 8) == 0 &&
        little_endian(data + 8) == (uint32_t)source->st_mtime &&
        little_endian(data + 12) == (uint32_t)source->st_size) {
        code = frozen_code_of(data + 16, size - 16);
    }
    PyMem_RawFree(data);
    return code;
}

/* Write "<library>/a/b" for module "a.b" into `out`.  `installed`: the library as it was installed,
   whatever the configuration says: frozen code is there in any case. */
static status
frozen_stem(const char *origin, bool installed, char *out, size_t room)
{
    const wchar_t *wide = installed ? NULL : interp_get()->config.stdlib_dir;
    char *library = wide == NULL ? NULL : Py_EncodeLocale(wide, NULL);
    int n = snprintf(out, room, "%s/", library != NULL ? library : "/usr/lib/python3.11");
    PyMem_Free(library);
    size_t at = (size_t)n;
    if (n < 0 || at + strlen(origin) + 32 > room) {
        PyErr_SetString(PyExc_ImportError, "path of the standard library is too long");
        return -1;
    }
    for (; *origin != 0; origin++) {
        out[at++] = *origin == '.' ? '/' : *origin;
    }
    out[at] = 0;
    return 0;
}

/* ---- code that is data ---- */

static PyObject *
patch_value(const struct FrozenPatch *patch)
{
    char byte = (char)patch->value;
    switch (patch->kind) {
    case PATCH_CHARACTER:
        return patch->value < 0 ? PyUnicode_New(0, 0) : PyUnicode_FromOrdinal(patch->value);
    case PATCH_BYTE:
        return PyBytes_FromStringAndSize(&byte, patch->value >= 0);
    case PATCH_EMPTY_TUPLE:
        return PyTuple_New(0);
    case PATCH_FROZENSET:
        return PyFrozenSet_New(patch->data);
    }
    return NULL;
}

/* A code object that was built into the executable, made ready for use; NULL, without an exception if it
   has been handed out. */
static PyObject *
static_code(const struct FrozenCode *row)
{
#ifdef KRAIT_DEBUG
    return NULL;                /* every object is to be counted */
#endif
    if (row->name == NULL || !_Py_GetConfig()->code_debug_ranges ||
        interp_get() != _PyRuntime.interpreters.main) {
        return NULL;
    }
    /* Making a function counts its code object: every page of these is written to. */
    os_touch(row->objects, row->objects_end);
    if (Py_TYPE(row->code) != NULL) {
        return NULL;
    }
    os_touch(row->names, row->names_end);
    os_touch(row->texts, row->texts_end);
    for (const struct FrozenPatch *patch = row->patches; patch->place != NULL; patch++) {
        PyObject *value = patch_value(patch);
        if (value == NULL) {
            return NULL;
        }
        *patch->place = value;
    }
    Py_SET_TYPE(row->code, &PyCode_Type);
    code_used(row->code);
    return Py_NewRef((PyObject *)row->code);
}

static PyObject *
static_code_named(const char *name)
{
    const struct FrozenCode *row = frozen_codes;
    while (row->name != NULL && strcmp(row->name, name) != 0) {
        row++;
    }
    return static_code(row);
}

static uint64_t
mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * 0x9e3779b97f4a7c15;
    return state ^ state >> 32;
}

/* Whoever makes other bytes with the same fingerprint gets the library's code: nothing is won by it. */
static uint64_t
fingerprint(const char *data, size_t size)
{
    uint64_t a = 1, b = 2, c = 3, d = 4, words[4];
    for (; size >= sizeof words; size -= sizeof words, data += sizeof words) {
        memcpy(words, data, sizeof words);
        a = mix(a, words[0]);
        b = mix(b, words[1]);
        c = mix(c, words[2]);
        d = mix(d, words[3]);
    }
    if (size > 0) {
        memset(words, 0, sizeof words);
        memcpy(words, data, size);
        a = mix(a, words[0]);
        b = mix(b, words[1]);
        c = mix(c, words[2]);
        d = mix(d, words[3]);
    }
    return mix(mix(mix(mix(0, a), b), c), d);
}

PyObject *
frozen_code_of(const char *data, size_t size)
{
    for (const struct FrozenCode *row = frozen_codes; row->name != NULL; row++) {
        if (row->size == size && size > 0 && row->fingerprint == fingerprint(data, size)) {
            return static_code(row);
        }
    }
    return NULL;
}

/* What every start writes to: static types and their names.  Nearly all of these pages are needed, and
   to be asked for them one by one takes the system longer. */
void
frozen_touch(void)
{
    extern char __start_krait_written[] __attribute__((weak, visibility("hidden")));
    extern char __stop_krait_written[] __attribute__((weak, visibility("hidden")));
    os_touch(__start_krait_written, __stop_krait_written);
}

/* ---- code from files ---- */

static PyObject *
custom_code(const struct _frozen *row)
{
    PyObject *code;
    if (row->get_code != NULL) {
        code = row->get_code();
    }
    else if (row->code == NULL) {
        PyErr_Format(PyExc_ImportError, "Excluded frozen object named %s", row->name);
        return NULL;
    }
    else {
        code = PyMarshal_ReadObjectFromString((const char *)row->code, row->size);
    }
    if (code != NULL && !PyCode_Check(code)) {
        PyErr_Format(PyExc_TypeError, "frozen object '%s' is not a code object", row->name);
        Py_CLEAR(code);
    }
    return code;
}

/* Test modules of which no file is installed, with their texts. */
static const struct {
    const char *origin, *text;
} texts[] = {
    {"__phello__.ham", ""},
    {"__phello__.ham.eggs", ""},
    {"frozen_only", "initialized = True\nprint(\"Hello world!\")\n"},
};

static const char *
text_of(const char *origin)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (strcmp(texts[i].origin, origin) == 0) {
            return texts[i].text;
        }
    }
    return NULL;
}

static PyObject *
compile_frozen(const char *text, const char *origin)
{
    PyObject *file = PyUnicode_FromFormat("<frozen %s>", origin), *code = NULL;
    if (file != NULL) {
        code = Py_CompileStringObject(text, file, Py_file_input, NULL, 0);
        Py_DECREF(file);
    }
    return code;
}

PyObject *
frozen_code(const struct FrozenModule *module)
{
    if (module->custom != NULL) {
        return custom_code(module->custom);
    }
    const char *origin = module->origin != NULL ? module->origin : "frozen_only";
    char stem[4096], source[4200], pyc[4300];
    struct stat st;
    origin += origin[0] == '<';
    PyObject *ready = static_code_named(origin);
    if (ready != NULL || PyErr_Occurred()) {
        return ready;
    }
    const char *own = text_of(origin);
    if (own != NULL) {
        return compile_frozen(own, origin);
    }
    bool found = false;
    for (int installed = 0; installed < 2 && !found; installed++) {
        if (frozen_stem(origin, installed, stem, sizeof stem) < 0) {
            return NULL;
        }
        snprintf(source, sizeof source, "%s.py", stem);
        found = stat(source, &st) == 0;
        if (!found) {
            snprintf(source, sizeof source, "%s/__init__.py", stem);
            found = stat(source, &st) == 0;
        }
    }
    if (!found) {
        PyErr_Format(PyExc_ImportError, "No such frozen object named %s", module->name);
        return NULL;
    }
    const char *base = strrchr(source, '/') + 1;
    snprintf(pyc, sizeof pyc, "%.*s__pycache__/%.*s.cpython-311.pyc", (int)(base - source), source,
             (int)(strlen(base) - 3), base);
    PyObject *code = code_from_cache(pyc, &st);
    if (code != NULL) {
        PyObject *file = PyUnicode_FromFormat("<frozen %s>", origin);
        if (file == NULL || code_rename(code, file) < 0) {
            Py_CLEAR(code);
        }
        Py_XDECREF(file);
        return code;
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    size_t size;
    char *text = read_file(source, &size, &st);
    if (text == NULL) {
        PyErr_Format(PyExc_ImportError, "No such frozen object named %s", module->name);
        return NULL;
    }
    code = compile_frozen(text, origin);
    PyMem_RawFree(text);
    return code;
}

/* ---- programs whose main module is frozen ---- */

/* Run the frozen module __main__ of PyImport_FrozenModules; the exit code. */
int
Py_FrozenMain(int argc, char **argv)
{
    PyConfig config;
    if (runtime_init() < 0) {
        Py_ExitStatusException(STATUS_NO_MEMORY());
    }
    PyConfig_InitPythonConfig(&config);
    config.pathconfig_warnings = 0;
    config.parse_argv = 0;
    PyStatus s = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!STATUS_FAILED(s)) {
        const char *inspect = getenv("PYTHONINSPECT"), *unbuffered = getenv("PYTHONUNBUFFERED");
        config.inspect = inspect != NULL && *inspect != '\0';
        config.buffered_stdio = unbuffered == NULL || *unbuffered == '\0';
        s = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (STATUS_FAILED(s)) {
        Py_ExitStatusException(s);
    }
    if (Py_VerboseFlag) {
        PySys_FormatStderr("Python %s\n%s\n", Py_GetVersion(), Py_GetCopyright());
    }
    int code = 1;
    int found = PyImport_ImportFrozenModule("__main__");
    if (found == 0) {
        Py_FatalError("the __main__ module is not frozen");
    }
    if (found < 0) {
        PyErr_Print();
    }
    else {
        code = 0;
    }
    if (Py_InspectFlag && isatty(fileno(stdin))) {
        code = PyRun_AnyFile(stdin, "<stdin>") != 0;
    }
    return Py_FinalizeEx() < 0 ? 120 : code;
}
