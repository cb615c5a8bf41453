/* Source bytes to the UTF-8 text that the tokenizer reads (PEP 263).

   A source without a cookie is taken as it is: bytes that are not UTF-8 are found where a name or a
   string contains them.  A declared encoding other than UTF-8 is decoded at once. */
#include <string.h>

#include "compile/token.h"

#define BOM "\xef\xbb\xbf"

char *
source_translate(const char *source, size_t *length, bool add_newline)
{
    size_t size = *length;
    char *text = PyMem_Malloc(size + 2);
    if (text == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    char *out = text;
    const char *p = source, *end = source + size;
    while (p < end) {
        const char *cr = memchr(p, '\r', (size_t)(end - p));
        size_t run = (size_t)((cr == NULL ? end : cr) - p);
        memcpy(out, p, run);
        out += run;
        p += run;
        if (cr != NULL) {
            *out++ = '\n';
            p += p + 1 < end && p[1] == '\n' ? 2 : 1;
        }
    }
    /* A final "\r\n" does not count as an end, nor does an empty text have one. */
    if (add_newline && (out == text || out[-1] != '\n' ||
                        (size >= 2 && source[size - 2] == '\r' && source[size - 1] == '\n'))) {
        *out++ = '\n';
    }
    *out = '\0';
    *length = (size_t)(out - text);
    return text;
}

/* The spelling under which two encodings are recognised; others stay as they are. */
static void
normal_name(char *name)
{
    char lower[13];
    size_t n = 0;
    for (; n < 12 && name[n] != '\0'; n++) {
        lower[n] = name[n] == '_' ? '-' : (char)Py_TOLOWER((unsigned char)name[n]);
    }
    lower[n] = '\0';
    static const struct {
        const char *alias, *name;
    } known[] = {{"utf-8", "utf-8"},
                 {"latin-1", "iso-8859-1"},
                 {"iso-8859-1", "iso-8859-1"},
                 {"iso-latin-1", "iso-8859-1"}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        size_t length = strlen(known[i].alias);
        if (strncmp(lower, known[i].alias, length) == 0 &&
            (lower[length] == '\0' || lower[length] == '-')) {
            /* Never longer than the alias, except for latin-1. */
            strcpy(name, known[i].name);
            return;
        }
    }
}

/* The encoding that a comment line declares, in PyMem, or NULL. */
static char *
cookie_in_line(const char *line, size_t length)
{
    const char *end = line + length;
    while (line < end && (*line == ' ' || *line == '\t' || *line == '\f')) {
        line++;
    }
    if (line == end || *line != '#') {
        return NULL;
    }
    for (const char *p = line; p + 7 < end; p++) {
        if (memcmp(p, "coding", 6) != 0 || (p[6] != ':' && p[6] != '=')) {
            continue;
        }
        const char *name = p + 7;
        while (name < end && (*name == ' ' || *name == '\t')) {
            name++;
        }
        const char *stop = name;
        while (stop < end && (Py_ISALNUM((unsigned char)*stop) || *stop == '-' || *stop == '_' ||
                              *stop == '.')) {
            stop++;
        }
        if (stop > name) {
            char *copy = PyMem_Malloc((size_t)(stop - name) + sizeof("iso-8859-1"));
            if (copy != NULL) {
                memcpy(copy, name, (size_t)(stop - name));
                copy[stop - name] = '\0';
                normal_name(copy);
            }
            return copy;
        }
    }
    return NULL;
}

/* Looks at the first line, and at the second if the first holds nothing but a comment. */
static char *
find_cookie(const char *source, size_t length)
{
    const char *end = source + length;
    for (int line = 0; line < 2 && source < end; line++) {
        size_t run = 0;
        while (source + run < end && source[run] != '\n' && source[run] != '\r') {
            run++;
        }
        char *cookie = cookie_in_line(source, run);
        if (cookie != NULL) {
            return cookie;
        }
        for (size_t i = 0; i < run; i++) {
            char c = source[i];
            if (c == '#') {
                break;
            }
            if (c != ' ' && c != '\t' && c != '\f') {
                return NULL;
            }
        }
        source += run;
        if (source < end && *source == '\r' && source + 1 < end && source[1] == '\n') {
            source++;
        }
        source++;
    }
    return NULL;
}

/* Turns the current exception into a SyntaxError that has no place in the text. */
static void
raise_without_place(PyObject *filename)
{
    if (!PyErr_ExceptionMatches(PyExc_LookupError) && !PyErr_ExceptionMatches(PyExc_SyntaxError) &&
        !PyErr_ExceptionMatches(PyExc_ValueError)) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *text = PyObject_Str(value);
    if (text != NULL) {
        PyObject *args = Py_BuildValue("(N(OiiO))", text, filename, 0, -1, Py_None);
        if (args != NULL) {
            PyErr_SetObject(PyExc_SyntaxError, args);
            Py_DECREF(args);
        }
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

PyObject *
source_decode(const char *source, size_t length, PyObject *filename, bool *declared)
{
    PyObject *result = NULL;
    bool bom = length >= 3 && memcmp(source, BOM, 3) == 0;
    if (bom) {
        source += 3;
        length -= 3;
    }
    char *cookie = find_cookie(source, length);
    *declared = bom || cookie != NULL;
    if (bom && cookie != NULL && strcmp(cookie, "utf-8") != 0) {
        PyErr_Format(PyExc_SyntaxError, "encoding problem: %s with BOM", cookie);
    } else if (cookie == NULL || strcmp(cookie, "utf-8") == 0) {
        result = PyBytes_FromStringAndSize(source, (Py_ssize_t)length);
    } else {
        PyObject *text = PyUnicode_Decode(source, (Py_ssize_t)length, cookie, NULL);
        if (text != NULL) {
            result = PyUnicode_AsUTF8String(text);
            Py_DECREF(text);
        }
    }
    PyMem_Free(cookie);
    if (result == NULL) {
        raise_without_place(filename);
    }
    return result;
}

/* -1 with SyntaxError set unless all of the text is UTF-8. */
static status
check_utf8(const char *source, size_t length, PyObject *filename)
{
    const char *p = source, *end = source + length;
    while (p < end && (unsigned char)*p < 128) {
        p++;
    }
    if (p == end) {
        return 0;
    }
    PyObject *text = PyUnicode_DecodeUTF8(source, (Py_ssize_t)length, NULL);
    if (text != NULL) {
        Py_DECREF(text);
        return 0;
    }
    if (!PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        return -1;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    Py_ssize_t start = 0;
    if (PyUnicodeDecodeError_GetStart(value, &start) == 0) {
        int line = 1;
        for (p = source; p < source + start; p++) {
            line += *p == '\n';
        }
        PyErr_Format(PyExc_SyntaxError,
                     "Non-UTF-8 code starting with '\\x%.2x' in file %U on line %i, but no encoding "
                     "declared; see https://peps.python.org/pep-0263/ for details",
                     (unsigned char)source[start], filename, line);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return -1;
}

PyObject *
source_decode_file(const char *source, size_t length, PyObject *filename, bool *declared)
{
    bool bom = length >= 3 && memcmp(source, BOM, 3) == 0;
    char *cookie = find_cookie(source + (bom ? 3 : 0), length - (bom ? 3 : 0));
    PyObject *result = NULL;
    *declared = bom || cookie != NULL;
    if (bom && cookie != NULL && strcmp(cookie, "utf-8") != 0) {
        PyErr_Format(PyExc_SyntaxError, "encoding problem: %s with BOM", cookie);
    } else if (cookie == NULL || strcmp(cookie, "utf-8") == 0) {
        source += bom ? 3 : 0;
        length -= bom ? 3 : 0;
        if (*declared || check_utf8(source, length, filename) == 0) {
            result = PyBytes_FromStringAndSize(source, (Py_ssize_t)length);
        }
    } else {
        PyObject *text = PyUnicode_Decode(source, (Py_ssize_t)length, cookie, NULL);
        if (text != NULL) {
            result = PyUnicode_AsUTF8String(text);
            Py_DECREF(text);
        } else if (!PyErr_ExceptionMatches(PyExc_MemoryError)) {
            PyErr_Clear();
            PyErr_Format(PyExc_SyntaxError, "encoding problem: %s", cookie);
        }
    }
    PyMem_Free(cookie);
    return result;
}
