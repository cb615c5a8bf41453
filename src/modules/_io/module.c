/* The module _io: open(), open_code(), text_encoding(), and the types of the other files.

   UnsupportedOperation is made when the module is: it has two built-in bases. */
#include "modules/_io/_io.h"
#include "object/class.h"

typedef struct {
    PyObject *unsupported_operation;
} IOState;

static PyModuleDef io_module;

PyObject *
io_unsupported_type(void)
{
    PyObject *module = PyState_FindModule(&io_module);
    IOState *state = module ? PyModule_GetState(module) : NULL;
    /* The module may be gone already when the last files are closed. */
    return state && state->unsupported_operation ? state->unsupported_operation : PyExc_OSError;
}

/* -- open ---------------------------------------------------------------------------------- */

typedef struct {
    int creating, reading, writing, appending, updating, text, binary;
    char raw[8];               /* for FileIO */
} Mode;

/* Take a mode string apart. */
static status
parse_mode(Mode *mode, const char *text)
{
    static const char letters[] = "xrwa+tb";
    *mode = (Mode){0};
    int *const flags[] = {&mode->creating, &mode->reading,  &mode->writing, &mode->appending,
                          &mode->updating, &mode->text,     &mode->binary};
    for (const char *c = text; *c; c++) {
        const char *known = strchr(letters, *c);
        if (!known || *flags[known - letters]) {
            PyErr_Format(PyExc_ValueError, "invalid mode: '%s'", text);
            return -1;
        }
        *flags[known - letters] = 1;
    }
    char *out = mode->raw;
    for (int i = 0; i < 5; i++)
        if (*flags[i])
            *out++ = letters[i];
    *out = 0;
    return 0;
}

/* Combinations that make no sense. */
static status
check_mode(const Mode *mode, int has_encoding, int has_errors, int has_newline)
{
    const char *problem = NULL;
    if (mode->text && mode->binary)
        problem = "can't have text and binary mode at once";
    else if (mode->creating + mode->reading + mode->writing + mode->appending > 1)
        problem = "must have exactly one of create/read/write/append mode";
    else if (mode->binary && has_encoding)
        problem = "binary mode doesn't take an encoding argument";
    else if (mode->binary && has_errors)
        problem = "binary mode doesn't take an errors argument";
    else if (mode->binary && has_newline)
        problem = "binary mode doesn't take a newline argument";
    if (!problem)
        return 0;
    PyErr_SetString(PyExc_ValueError, problem);
    return -1;
}

/* The size for buffering=-1: what the file system prefers. */
static Py_ssize_t
preferred_size(PyObject *raw)
{
    PyObject *size = PyObject_GetAttr(raw, ID(_blksize));
    if (!size)
        return -1;
    Py_ssize_t value = PyLong_AsSsize_t(size);
    Py_DECREF(size);
    return value;
}

FUNCTION(io, open,
         "($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)",
         "Open a file and return a stream.\n\n"
         "file is a path or a descriptor.  mode is one of 'r' read (the default), 'w' write, emptied\n"
         "first, 'x' create, 'a' append; with '+' for both directions, and 'b' for binary or 't' for\n"
         "text (the default).\n\n"
         "buffering: 0 none (binary only), 1 by line (text only), more: the size of the buffer; -1\n"
         "chooses: by line for a terminal, else the block size of the file system.\n"
         "encoding, errors and newline are for text, see TextIOWrapper.\n"
         "closefd=False leaves a descriptor that was given open.\n"
         "opener(path, flags) opens the file and returns a descriptor.\n\n"
         "Raises OSError if that fails, ValueError for arguments that do not fit together.")
static PyObject *
io_open(PyObject *Py_UNUSED(module), PyObject *file, const char *mode_text, int buffering,
        text_or_none encoding, text_or_none errors, text_or_none newline, truth closefd,
        PyObject *opener)
{
    PyObject *path = NULL, *raw = NULL, *result = NULL, *mode_object = NULL;
    if (PyNumber_Check(file))
        path = Py_NewRef(file);
    else if (!(path = PyOS_FSPath(file)))
        return NULL;
    Mode mode;
    if (parse_mode(&mode, mode_text) < 0
        || check_mode(&mode, encoding != NULL, errors != NULL, newline != NULL) < 0)
        goto fail;
    if (mode.binary && buffering == 1
        && PyErr_WarnEx(PyExc_RuntimeWarning,
                        "line buffering (buffering=1) isn't supported in binary mode, the default "
                        "buffer size will be used",
                        1) < 0)
        goto fail;

    raw = PyObject_CallFunction((PyObject *)&PyFileIO_Type, "OsOO", path, mode.raw,
                                closefd ? Py_True : Py_False, opener);
    if (!raw)
        goto fail;
    result = raw;
    Py_CLEAR(path);

    int line_buffering = buffering == 1;
    if (buffering < 0 && !((FileIO *)raw)->regular) {
        PyObject *tty = PyObject_CallMethodNoArgs(raw, ID(isatty));
        if (!tty)
            goto fail;
        line_buffering = PyObject_IsTrue(tty);
        Py_DECREF(tty);
        if (line_buffering < 0)
            goto fail;
    }
    if (line_buffering)
        buffering = -1;
    Py_ssize_t size = buffering;
    if (size < 0 && (size = preferred_size(raw)) == -1 && PyErr_Occurred())
        goto fail;
    if (size == 0) {
        if (!mode.binary) {
            PyErr_SetString(PyExc_ValueError, "can't have unbuffered text I/O");
            goto fail;
        }
        return result;
    }

    PyTypeObject *layer;
    if (mode.updating) {
        layer = &PyBufferedRandom_Type;
    } else if (mode.creating || mode.writing || mode.appending) {
        layer = &PyBufferedWriter_Type;
    } else if (mode.reading) {
        layer = &PyBufferedReader_Type;
    } else {
        PyErr_Format(PyExc_ValueError, "unknown mode: '%s'", mode_text);
        goto fail;
    }
    PyObject *buffer = PyObject_CallFunction((PyObject *)layer, "On", raw, size);
    if (!buffer)
        goto fail;
    result = buffer;
    Py_DECREF(raw);
    if (mode.binary)
        return result;

    PyObject *text = PyObject_CallFunction((PyObject *)&PyTextIOWrapper_Type, "OzzzO", buffer,
                                           encoding, errors, newline,
                                           line_buffering ? Py_True : Py_False);
    if (!text)
        goto fail;
    result = text;
    Py_DECREF(buffer);
    mode_object = PyUnicode_FromString(mode_text);
    if (!mode_object || PyObject_SetAttr(text, ID(mode), mode_object) < 0)
        goto fail;
    Py_DECREF(mode_object);
    return result;
fail:
    Py_XDECREF(path);
    Py_XDECREF(mode_object);
    if (result) {
        PyObject *type, *value, *tb;
        PyErr_Fetch(&type, &value, &tb);
        PyObject *closed = PyObject_CallMethodNoArgs(result, ID(close));
        io_chain(type, value, tb);
        Py_XDECREF(closed);
        Py_DECREF(result);
    }
    return NULL;
}

FUNCTION(io, open_code, "($module, /, path)",
         "Open a file whose content will be run as code, for reading bytes.\n\n"
         "An embedding program may check the content on the way.")
static PyObject *
io_open_code(PyObject *Py_UNUSED(module), PyUnicodeObject *path)
{
    return PyFile_OpenCodeObject((PyObject *)path);
}

FUNCTION(io, text_encoding, "($module, encoding, stacklevel=2, /)",
         "The encoding argument to pass on to open() for a function with encoding=None.\n\n"
         "If it is None, 'locale' is returned (with UTF-8 mode 'utf-8'), and EncodingWarning is\n"
         "issued if that is asked for, at stacklevel.")
static PyObject *
io_text_encoding(PyObject *Py_UNUSED(module), PyObject *encoding, int stacklevel)
{
    if (encoding != Py_None)
        return Py_NewRef(encoding);
    if (_Py_GetConfig()->warn_default_encoding
        && PyErr_WarnEx(PyExc_EncodingWarning, "'encoding' argument not specified", stacklevel) < 0)
        return NULL;
    return PyUnicode_FromString(Py_UTF8Mode ? "utf-8" : "locale");
}

/* -- the module ---------------------------------------------------------------------------- */

static int
io_traverse(PyObject *module, visitproc visit, void *arg)
{
    IOState *state = PyModule_GetState(module);
    if (state)
        Py_VISIT(state->unsupported_operation);
    return 0;
}

static int
io_clear(PyObject *module)
{
    IOState *state = PyModule_GetState(module);
    if (state)
        Py_CLEAR(state->unsupported_operation);
    return 0;
}

static void
io_free(void *module)
{
    io_clear(module);
}

#include "gen/modules/_io/module.inc"

static WRITTEN PyModuleDef io_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "io",
    .m_doc = PyDoc_STR("The streams behind open().\n\n"
                       "Three layers: FileIO is the raw file, BufferedReader and its relatives\n"
                       "collect bytes, TextIOWrapper turns them into text.  BytesIO and StringIO\n"
                       "are streams in memory."),
    .m_size = sizeof(IOState),
    .m_methods = io_functions,
    .m_traverse = io_traverse,
    .m_clear = io_clear,
    .m_free = io_free,
};

PyMODINIT_FUNC
PyInit__io(void)
{
    static PyTypeObject *const types[] = {
        &PyIOBase_Type,         &PyIncrementalNewlineDecoder_Type,
        &PyRawIOBase_Type,      &PyBufferedIOBase_Type,
        &PyTextIOBase_Type,     &PyFileIO_Type,
        &PyBytesIO_Type,        &PyStringIO_Type,
        &PyBufferedReader_Type, &PyBufferedWriter_Type,
        &PyBufferedRWPair_Type, &PyBufferedRandom_Type,
        &PyTextIOWrapper_Type,
    };
    PyObject *module = PyModule_Create(&io_module);
    if (!module)
        return NULL;
    IOState *state = PyModule_GetState(module);
    if (PyModule_AddIntConstant(module, "DEFAULT_BUFFER_SIZE", IO_BUFFER_SIZE) < 0)
        goto fail;
    state->unsupported_operation =
        PyObject_CallFunction((PyObject *)&PyType_Type, "s(OO){ss}", "UnsupportedOperation",
                              PyExc_OSError, PyExc_ValueError, "__module__", "io");
    if (!state->unsupported_operation
        || PyModule_AddObjectRef(module, "UnsupportedOperation", state->unsupported_operation) < 0
        || PyModule_AddObjectRef(module, "BlockingIOError", PyExc_BlockingIOError) < 0
        || PyType_Ready(&_PyBytesIOBuffer_Type) < 0)
        goto fail;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (class_ready_late(types[i]) < 0 || PyModule_AddType(module, types[i]) < 0)
            goto fail;
    return module;
fail:
    Py_DECREF(module);
    return NULL;
}
