/* PyErr_Print, PyErr_Display: exceptions as text, with causes, contexts, notes and groups; what
   happens to SystemExit and to an exception that nobody handled. */
#include "runtime/print.h"
#include "runtime/init.h"
#include "object/declare.h"
#include "object/doors.h"
#include <stdarg.h>
#include <string.h>

enum { GROUP_WIDTH = 15, GROUP_DEPTH = 10 };

/* The ABI's flag: KeyboardInterrupt ended the program, so the process dies by the signal. */
int _Py_UnhandledKeyboardInterrupt = 0;

/* ---- lines -------------------------------------------------------------------------------- */

static status
print_prefix(struct Printer *p)
{
    char prefix[64];
    int n = p->group_depth * 2;
    if (n == 0) {
        return 0;
    }
    n = n > 48 ? 48 : n;
    memset(prefix, ' ', (size_t)n);
    prefix[n] = p->margin;
    prefix[n + 1] = ' ';
    prefix[n + 2] = 0;
    return PyFile_WriteString(prefix, p->file) < 0 ? -1 : 0;
}

/* Write a str as it is: the reference gives its further lines no margin.  What follows goes on in its last
   line. */
static status
print_raw(struct Printer *p, PyObject *text)
{
    if (p->at_line_start && print_prefix(p) < 0) {
        return -1;
    }
    p->at_line_start = p->group_depth == 0;
    return PyFile_WriteObject(text, p->file, Py_PRINT_RAW) < 0 ? -1 : 0;
}

/* Write a str line by line; pieces without newline are continued by the next call. */
status
print_object(struct Printer *p, PyObject *text)
{
    if (p->group_depth == 0) {
        return PyFile_WriteObject(text, p->file, Py_PRINT_RAW) < 0 ? -1 : 0;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), at = 0;
    while (at < length) {
        Py_ssize_t stop = PyUnicode_FindChar(text, '\n', at, length, 1);
        Py_ssize_t next = stop < 0 ? length : stop + 1;
        if (p->at_line_start && print_prefix(p) < 0) {
            return -1;
        }
        PyObject *piece = PyUnicode_Substring(text, at, next);
        int failed = piece == NULL || PyFile_WriteObject(piece, p->file, Py_PRINT_RAW) < 0;
        Py_XDECREF(piece);
        if (failed) {
            return -1;
        }
        p->at_line_start = stop >= 0;
        at = next;
    }
    return 0;
}

status
print_text(struct Printer *p, const char *text)
{
    if (p->group_depth == 0) {
        return PyFile_WriteString(text, p->file) < 0 ? -1 : 0;
    }
    PyObject *object = PyUnicode_FromString(text);
    status result = object == NULL ? -1 : print_object(p, object);
    Py_XDECREF(object);
    return result;
}

status
print_format(struct Printer *p, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    PyObject *text = PyUnicode_FromFormatV(format, list);
    va_end(list);
    status result = text == NULL ? -1 : print_object(p, text);
    Py_XDECREF(text);
    return result;
}

/* ---- one exception ------------------------------------------------------------------------ */

/* An int attribute, or `missing` for None.  False if it is something else; an exception is set
   unless it is None. */
static bool
int_attribute(PyObject *value, PyObject *name, Py_ssize_t missing, Py_ssize_t *out)
{
    PyObject *v = PyObject_GetAttr(value, name);
    if (v == NULL) {
        return false;
    }
    if (v == Py_None) {
        *out = missing;
        Py_DECREF(v);
        return missing != PY_SSIZE_T_MIN;
    }
    *out = PyLong_AsSsize_t(v);
    Py_DECREF(v);
    return !(*out == -1 && PyErr_Occurred());
}

/* The offending text of a SyntaxError with a marker below.  Columns count from 1, and, as in the
   reference, bytes of UTF-8 stand for characters. */
static status
print_syntax_text(struct Printer *p, PyObject *text, Py_ssize_t offset, Py_ssize_t end_offset)
{
    PyObject *file = p->file;       /* no margin, not even in a group */
    const char *at = PyUnicode_AsUTF8(text);
    if (at == NULL) {
        return -1;
    }
    Py_ssize_t caret = offset - 1, caret_end = end_offset - 1;
    for (; *at == ' ' || *at == '\t' || *at == '\f'; at++) {
        caret--;
        caret_end--;
    }
    Py_ssize_t length = (Py_ssize_t)strlen(at);
    caret_end = caret_end > length ? length : caret_end;
    length -= length > 0 && at[length - 1] == '\n';
    caret = caret > length ? length : caret;
    /* Lines in front of the marked one are left out. */
    const char *newline;
    while ((newline = strchr(at, '\n')) != NULL && newline - at < caret) {
        Py_ssize_t line = newline + 1 - at;
        at += line;
        length -= line;
        caret -= line;
        caret_end -= line;
    }
    if (PyFile_WriteString("    ", file) < 0 || PyFile_WriteString(at, file) < 0 ||
        (at[length] != '\n' && PyFile_WriteString("\n", file) < 0)) {
        return -1;
    }
    if (caret < 0) {
        return 0;
    }
    status result = PyFile_WriteString("    ", file);
    for (Py_ssize_t i = 0; result == 0 && i < caret; i++) {
        result = PyFile_WriteString(" ", file);
    }
    do {
        result = result == 0 ? PyFile_WriteString("^", file) : result;
    } while (++caret < caret_end);
    return result == 0 ? PyFile_WriteString("\n", file) : result;
}

/* File, line and text of a SyntaxError; the attribute print_file_and_line marks those who have
   them.  If one is not as expected nothing is printed, and *printed stays false. */
static status
print_syntax_location(struct Printer *p, PyObject *value, bool *printed)
{
    PyObject *marker, *filename = NULL, *text = NULL;
    Py_ssize_t lineno, offset, end_lineno, end_offset;
    status result = 0;
    if (_PyObject_LookupAttr(value, ID(print_file_and_line), &marker) <= 0) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(marker);
    filename = PyObject_GetAttr(value, ID(filename));
    if (filename == NULL || !int_attribute(value, ID(lineno), PY_SSIZE_T_MIN, &lineno) ||
        lineno == PY_SSIZE_T_MIN ||
        !int_attribute(value, ID(offset), -1, &offset) ||
        !int_attribute(value, ID(end_lineno), lineno, &end_lineno) ||
        !int_attribute(value, ID(end_offset), -1, &end_offset) ||
        (text = PyObject_GetAttr(value, ID(text))) == NULL) {
        PyErr_Clear();
        goto done;
    }
    *printed = true;
    PyObject *line = filename == Py_None
                         ? PyUnicode_FromFormat("  File \"<string>\", line %zd\n", lineno)
                         : PyUnicode_FromFormat("  File \"%S\", line %zd\n", filename, lineno);
    result = line == NULL ? -1 : print_raw(p, line);
    p->at_line_start = true;
    Py_XDECREF(line);
    if (result == 0 && text != Py_None && PyUnicode_Check(text)) {
        if (lineno < end_lineno) {
            end_offset = PyUnicode_GET_LENGTH(text);    /* the marked text goes on */
        }
        else if (end_offset <= 0) {
            end_offset = offset;
        }
        result = print_syntax_text(p, text, offset, end_offset);
    }
done:
    Py_XDECREF(filename);
    Py_XDECREF(text);
    return result;
}

/* Module (unless it is builtins or __main__) and qualified name of an exception's class. */
static status
print_class(struct Printer *p, PyObject *type)
{
    PyObject *module = PyObject_GetAttr(type, ID(__module__)), *name;
    status result = 0;
    if (module == NULL || !PyUnicode_Check(module)) {
        PyErr_Clear();
        result = print_text(p, "<unknown>.");
    }
    else if (!_PyUnicode_EqualToASCIIString(module, "builtins") &&
             !_PyUnicode_EqualToASCIIString(module, "__main__")) {
        result = print_raw(p, module) < 0 ? -1 : print_text(p, ".");
    }
    Py_XDECREF(module);
    if (result < 0) {
        return -1;
    }
    name = PyType_GetQualName((PyTypeObject *)type);
    if (name == NULL || !PyUnicode_Check(name)) {
        PyErr_Clear();
        result = print_text(p, "<unknown>");
    }
    else {
        result = print_raw(p, name);
    }
    Py_XDECREF(name);
    return result;
}

static status
print_message(struct Printer *p, PyObject *value)
{
    PyObject *text = PyObject_Str(value);
    status result = 0;
    if (text == NULL) {
        PyErr_Clear();
        return print_text(p, ": <exception str() failed>");
    }
    if (PyUnicode_GET_LENGTH(text) > 0) {
        result = print_text(p, ": ") < 0 || print_raw(p, text) < 0 ? -1 : 0;
    }
    Py_DECREF(text);
    return result;
}

static status
print_suggestion(struct Printer *p, PyObject *value)
{
    PyObject *suggestion = suggest_for(value);
    status result = 0;
    if (suggestion != NULL) {
        result = print_format(p, ". Did you mean: '%U'?", suggestion);
        Py_DECREF(suggestion);
    }
    else {
        PyErr_Clear();
    }
    return result;
}

/* Every line of a note has a margin; its end and the word for a note that has no text have none. */
static status
print_note(struct Printer *p, PyObject *note)
{
    PyObject *text = PyUnicode_Check(note) ? Py_NewRef(note) : PyObject_Str(note);
    status result = 0;
    if (text == NULL) {
        PyErr_Clear();
        result = PyFile_WriteString("<note str() failed>", p->file);
    }
    else {
        PyObject *lines = PyUnicode_Splitlines(text, 1);
        result = lines == NULL ? -1 : 0;
        for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(lines); i++) {
            p->at_line_start = true;
            result = print_raw(p, PyList_GET_ITEM(lines, i));
        }
        Py_XDECREF(lines);
        Py_DECREF(text);
    }
    result = result == 0 ? PyFile_WriteString("\n", p->file) : result;
    p->at_line_start = true;
    return result;
}

static status
print_notes(struct Printer *p, PyObject *value)
{
    PyObject *notes;
    status result = 0;
    if (!PyExceptionInstance_Check(value)) {
        return 0;
    }
    int found = _PyObject_LookupAttr(value, ID(__notes__), &notes);
    if (found <= 0) {
        return found;
    }
    if (PySequence_Check(notes)) {
        Py_ssize_t n = PySequence_Size(notes);
        for (Py_ssize_t i = 0; result == 0 && i < n; i++) {
            PyObject *note = PySequence_GetItem(notes, i);
            result = note == NULL ? -1 : print_note(p, note);
            Py_XDECREF(note);
        }
    }
    else {
        PyObject *text = PyObject_Repr(notes);
        if (text == NULL) {
            PyErr_Clear();
            text = PyUnicode_FromString("<__notes__ repr() failed>");
        }
        result = text == NULL ? -1 : print_raw(p, text);
        Py_XDECREF(text);
    }
    Py_DECREF(notes);
    return result;
}

/* Traceback, class, message, notes of one exception. */
static status
print_one(struct Printer *p, PyObject *value, const char *header)
{
    PyObject *traceback = PyException_GetTraceback(value);
    status result = 0;
    fflush(stdout);             /* what C code has printed so far stands before it */
    if (traceback != NULL && traceback != Py_None && PyTraceBack_Check(traceback)) {
        PyObject *limit = PySys_GetObject("tracebacklimit");
        bool none = limit != NULL && PyLong_Check(limit) && _PyLong_Sign(limit) <= 0;
        if (!none) {
            result = print_text(p, header);
            p->margin = '|';
            result = result == 0 ? print_traceback(p, traceback) : result;
        }
    }
    Py_XDECREF(traceback);
    p->margin = '|';
    bool located = false;
    if (result < 0 || print_syntax_location(p, value, &located) < 0) {
        return -1;
    }
    PyObject *shown = value;
    /* With its location printed, the text of a SyntaxError is only the message. */
    PyObject *message = NULL;
    if (located) {
        message = PyObject_GetAttr(value, ID(msg));
        if (message == NULL) {
            PyErr_Clear();
        }
        else {
            shown = message;
        }
    }
    result = print_class(p, (PyObject *)Py_TYPE(value)) < 0 || print_message(p, shown) < 0 ||
                     print_suggestion(p, value) < 0 || print_text(p, "\n") < 0 ||
                     print_notes(p, value) < 0
                 ? -1
                 : 0;
    Py_XDECREF(message);
    return result;
}

/* ---- chains and groups -------------------------------------------------------------------- */

static status print_recursive(struct Printer *p, PyObject *value);

static status
print_group(struct Printer *p, PyObject *value)
{
    if (p->group_depth > GROUP_DEPTH) {
        return print_format(p, "... (max_group_depth is %d)\n", GROUP_DEPTH);
    }
    bool outermost = p->group_depth == 0;
    if (outermost) {
        p->group_depth = 1;
        p->margin = '+';
        p->at_line_start = true;
    }
    status result = print_one(p, value, "Exception Group Traceback (most recent call last):\n");
    PyObject *members = ((PyBaseExceptionGroupObject *)value)->excs;
    Py_ssize_t count = PyTuple_GET_SIZE(members);
    Py_ssize_t n = count <= GROUP_WIDTH ? count : GROUP_WIDTH + 1;
    p->need_close = false;
    for (Py_ssize_t i = 0; result == 0 && i < n; i++) {
        bool last = i == n - 1, truncated = i >= GROUP_WIDTH;
        char line[128], title[24];
        if (last) {
            p->need_close = true;       /* unless a nested group closes its frame instead */
        }
        snprintf(title, sizeof title, truncated ? "..." : "%zd", i + 1);
        snprintf(line, sizeof line, "%*s%s+---------------- %s ----------------\n",
                 p->group_depth * 2, "", i == 0 ? "+-" : "  ", title);
        result = PyFile_WriteString(line, p->file) < 0 ? -1 : 0;
        p->group_depth++;
        p->at_line_start = true;
        if (result == 0 && !truncated) {
            result = Py_EnterRecursiveCall(" in print_exception_group") ? -1 : 0;
            if (result == 0) {
                result = print_recursive(p, PyTuple_GET_ITEM(members, i));
                Py_LeaveRecursiveCall();
            }
        }
        else if (result == 0) {
            Py_ssize_t rest = count - GROUP_WIDTH;
            result = print_format(p, "and %zd more exception%s\n", rest, rest > 1 ? "s" : "");
        }
        if (result == 0 && last && p->need_close) {
            snprintf(line, sizeof line, "%*s+------------------------------------\n",
                     p->group_depth * 2, "");
            result = PyFile_WriteString(line, p->file) < 0 ? -1 : 0;
            p->need_close = false;
        }
        p->group_depth--;
    }
    if (outermost) {
        p->group_depth = 0;
    }
    return result;
}

/* Print what `value` came from first; `text` tells how they belong together. */
static status
print_origin(struct Printer *p, PyObject *origin, const char *text)
{
    PyObject *id = PyLong_FromVoidPtr(origin);
    int seen = id == NULL ? -1 : PySet_Contains(p->seen, id);
    Py_XDECREF(id);
    if (seen != 0) {
        return seen < 0 ? -1 : 0;
    }
    bool need_close = p->need_close;
    p->need_close = false;
    status result = print_recursive(p, origin);
    p->need_close = need_close;
    return result < 0 || print_text(p, text) < 0 ? -1 : 0;
}

static status
print_chain(struct Printer *p, PyObject *value)
{
    PyObject *id = PyLong_FromVoidPtr(value);
    if (id == NULL || PySet_Add(p->seen, id) < 0) {
        PyErr_Clear();
        Py_XDECREF(id);
        return 0;
    }
    Py_DECREF(id);
    PyObject *cause = PyException_GetCause(value), *context = PyException_GetContext(value);
    status result = 0;
    if (cause != NULL) {
        result = print_origin(p, cause, "\nThe above exception was the direct cause of the following "
                                        "exception:\n\n");
    }
    else if (context != NULL && !((PyBaseExceptionObject *)value)->suppress_context) {
        result = print_origin(p, context, "\nDuring handling of the above exception, another "
                                          "exception occurred:\n\n");
    }
    Py_XDECREF(cause);
    Py_XDECREF(context);
    return result;
}

static bool
is_group(PyObject *value)
{
    return PyObject_TypeCheck(value, (PyTypeObject *)PyExc_BaseExceptionGroup);
}

static status
print_recursive(struct Printer *p, PyObject *value)
{
    if (Py_EnterRecursiveCall(" in print_exception_recursive")) {
        return -1;
    }
    status result = p->seen != NULL ? print_chain(p, value) : 0;
    if (result == 0) {
        result = is_group(value) ? print_group(p, value)
                                 : print_one(p, value, "Traceback (most recent call last):\n");
    }
    Py_LeaveRecursiveCall();
    return result;
}

void
print_exception_chain(PyObject *file, PyObject *value)
{
    struct Printer p = {.file = file, .margin = '|', .at_line_start = true};
    p.seen = PySet_New(NULL);
    if (p.seen == NULL) {
        PyErr_Clear();
    }
    if (print_recursive(&p, value) < 0) {
        PyErr_Clear();
    }
    Py_XDECREF(p.seen);
    PyObject *done = PyObject_CallMethodNoArgs(file, ID(flush));
    if (done == NULL) {
        PyErr_Clear();
    }
    Py_XDECREF(done);
}

/* Print an exception on `file`; errors of doing so are dropped. */
void
_PyErr_Display(PyObject *file, PyObject *Py_UNUSED(type), PyObject *value, PyObject *traceback)
{
    if (value != NULL && PyExceptionInstance_Check(value) && traceback != NULL &&
        PyTraceBack_Check(traceback)) {
        PyObject *own = PyException_GetTraceback(value);
        if (own == NULL) {
            PyException_SetTraceback(value, traceback);
        }
        Py_XDECREF(own);
    }
    if (value == NULL || !PyExceptionInstance_Check(value)) {
        PyObject *text = PyUnicode_FromFormat(
            "TypeError: print_exception(): Exception expected for value, %s found\n",
            value == NULL ? "NULL" : Py_TYPE(value)->tp_name);
        if (text == NULL || PyFile_WriteObject(text, file, Py_PRINT_RAW) < 0) {
            PyErr_Clear();
        }
        Py_XDECREF(text);
        return;
    }
    print_exception_chain(file, value);
}

void
PyErr_Display(PyObject *type, PyObject *value, PyObject *traceback)
{
    PyObject *file = PySys_GetObject("stderr");
    if (file == NULL) {
        _PyObject_Dump(value);
        fprintf(stderr, "lost sys.stderr\n");
        return;
    }
    if (file == Py_None) {
        return;
    }
    Py_INCREF(file);
    _PyErr_Display(file, type, value, traceback);
    Py_DECREF(file);
}

/* ---- the end of a program ----------------------------------------------------------------- */

/* Is the pending exception SystemExit?  Then 1, its status in *code, and the exception is gone. */
int
_Py_HandleSystemExit(int *code)
{
    if (interp_get()->config.inspect && Py_InspectFlag) {
        return 0;
    }
    if (!PyErr_ExceptionMatches(PyExc_SystemExit)) {
        return 0;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    fflush(stdout);
    *code = 0;
    PyObject *status = value;
    Py_XINCREF(status);
    if (value != NULL && PyExceptionInstance_Check(value)) {
        PyObject *attribute = PyObject_GetAttr(value, ID(code));
        if (attribute != NULL) {
            Py_SETREF(status, attribute);
        }
        else {
            PyErr_Clear();
        }
    }
    if (status != NULL && PyLong_Check(status)) {
        *code = (int)PyLong_AsLong(status);
    }
    else if (status != NULL && status != Py_None) {
        PyObject *file = PySys_GetObject("stderr");
        PyErr_Clear();
        if (file != NULL && file != Py_None) {
            PyFile_WriteObject(status, file, Py_PRINT_RAW);
        }
        else {
            PyObject_Print(status, stderr, Py_PRINT_RAW);
            fflush(stderr);
        }
        PySys_WriteStderr("\n");
        *code = 1;
    }
    Py_XDECREF(status);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    PyErr_Clear();
    return 1;
}

static void
exit_if_asked(void)
{
    int code;
    if (_Py_HandleSystemExit(&code)) {
        Py_Exit(code);
    }
}

static void
set_last(const char *name, PyObject *value)
{
    if (PySys_SetObject(name, value) < 0) {
        PyErr_Clear();
    }
}

static void
display_failed_hook(PyObject *type, PyObject *value, PyObject *traceback)
{
    PyObject *type2, *value2, *traceback2;
    exit_if_asked();
    PyErr_Fetch(&type2, &value2, &traceback2);
    PyErr_NormalizeException(&type2, &value2, &traceback2);
    fflush(stdout);
    PySys_WriteStderr("Error in sys.excepthook:\n");
    PyErr_Display(type2, value2, traceback2);
    PySys_WriteStderr("\nOriginal exception was:\n");
    PyErr_Display(type, value, traceback);
    Py_XDECREF(type2);
    Py_XDECREF(value2);
    Py_XDECREF(traceback2);
}

/* Give the pending exception to sys.excepthook; SystemExit ends the process. */
void
PyErr_PrintEx(int set_sys_last_vars)
{
    PyObject *type, *value, *traceback;
    exit_if_asked();
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL) {
        return;
    }
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback == NULL) {
        traceback = Py_NewRef(Py_None);
    }
    PyException_SetTraceback(value, traceback);
    if (set_sys_last_vars) {
        set_last("last_type", type);
        set_last("last_value", value);
        set_last("last_traceback", traceback);
    }
    PyObject *hook = PySys_GetObject("excepthook");
    if (PySys_Audit("sys.excepthook", "OOOO", hook ? hook : Py_None, type, value, traceback) < 0) {
        if (PyErr_ExceptionMatches(PyExc_RuntimeError)) {
            PyErr_Clear();
            goto done;
        }
        PyErr_WriteUnraisable(NULL);
    }
    if (hook != NULL) {
        PyObject *args[3] = {type, value, traceback};
        Py_INCREF(hook);
        PyObject *result = PyObject_Vectorcall(hook, args, 3, NULL);
        Py_DECREF(hook);
        if (result == NULL) {
            display_failed_hook(type, value, traceback);
        }
        Py_XDECREF(result);
    }
    else {
        PySys_WriteStderr("sys.excepthook is missing\n");
        PyErr_Display(type, value, traceback);
    }
done:
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

void
_PyErr_Print(PyThreadState *Py_UNUSED(tstate))
{
    PyErr_PrintEx(1);
}

void
PyErr_Print(void)
{
    PyErr_PrintEx(1);
}
