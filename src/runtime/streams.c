/* sys.stdin, sys.stdout, sys.stderr: made with the module io; and the names of the encodings. */
#include "runtime/init.h"
#include "runtime/config.h"
#include "object/declare.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>
#include "runtime/locale.h"

/* The ABI's globals for the encoding of file names. */
const char *Py_FileSystemDefaultEncoding = NULL;
int Py_HasFileSystemDefaultEncoding = 0;
const char *Py_FileSystemDefaultEncodeErrors = NULL;
int _Py_HasFileSystemDefaultEncodeErrors = 0;

/* ---- encodings ---------------------------------------------------------------------------- */

/* Replace a configured encoding name by the one its codec bears ("UTF-8" -> "utf-8"); -1 if there is
   no such codec. */
static int
normalise_name(wchar_t **field)
{
    char *bytes = Py_EncodeLocale(*field, NULL);
    PyObject *info = NULL, *name = NULL;
    wchar_t *wide = NULL, *copy = NULL;
    if (bytes != NULL) {
        extern PyObject *_PyCodec_Lookup(const char *);
        info = _PyCodec_Lookup(bytes);
        name = info == NULL ? NULL : PyObject_GetAttrString(info, "name");
        wide = name == NULL ? NULL : PyUnicode_AsWideCharString(name, NULL);
        copy = wide == NULL ? NULL : _PyMem_RawWcsdup(wide);
    }
    PyMem_Free(bytes);
    Py_XDECREF(info);
    Py_XDECREF(name);
    PyMem_Free(wide);
    if (copy == NULL) {
        return -1;
    }
    PyMem_RawFree(*field);
    *field = copy;
    return 0;
}

/* Names are converted by the C library until the codec is there: it knows these handlers only. */
static bool
can_find_files(const PyConfig *config)
{
    const wchar_t *errors = config->filesystem_errors;
    return wcscmp(errors, L"strict") == 0 || wcscmp(errors, L"surrogateescape") == 0 ||
           wcscmp(errors, L"surrogatepass") == 0;
}

PyStatus
encodings_init(PyInterpreterState *interp)
{
    PyConfig *config = &interp->config;
    PyObject *module = can_find_files(config) ? PyImport_ImportModule("encodings") : NULL;
    int failed = module == NULL || normalise_name(&config->filesystem_encoding) < 0;
    Py_XDECREF(module);
    if (failed) {
        path_config_dump(config);
        return STATUS_ERR_IN("init_fs_encoding",
                             "failed to get the Python codec of the filesystem encoding");
    }
    if (normalise_name(&config->stdio_encoding) < 0) {
        return STATUS_ERR_IN("init_stdio_encoding",
                             "failed to get the Python codec name of the stdio encoding");
    }
    struct FsCodec *codec = &interp->fs_codec;
    char *encoding = Py_EncodeLocale(config->filesystem_encoding, NULL);
    char *errors = Py_EncodeLocale(config->filesystem_errors, NULL);
    if (encoding == NULL || errors == NULL) {
        return STATUS_NO_MEMORY();
    }
    codec->encoding = _PyMem_RawStrdup(encoding);
    codec->errors = _PyMem_RawStrdup(errors);
    PyMem_Free(encoding);
    PyMem_Free(errors);
    if (codec->encoding == NULL || codec->errors == NULL) {
        return STATUS_NO_MEMORY();
    }
    codec->utf8 = strcmp(codec->encoding, "utf-8") == 0;
    codec->error_handler = (int)_Py_GetErrorHandler(codec->errors);
    if (interp == _PyRuntime.interpreters.main) {
        Py_FileSystemDefaultEncoding = codec->encoding;
        Py_FileSystemDefaultEncodeErrors = codec->errors;
    }
    return STATUS_OK;
}

/* ---- streams ------------------------------------------------------------------------------ */

static bool
descriptor_is_open(int fd)
{
    return fd >= 0 && fcntl(fd, F_GETFD) >= 0;
}

static truth
is_tty(PyObject *raw)
{
    PyObject *result = PyObject_CallMethodNoArgs(raw, ID(isatty));
    int tty = result == NULL ? -1 : PyObject_IsTrue(result);
    Py_XDECREF(result);
    return tty;
}

/* One stream over a descriptor; None if that is closed.  Unbuffered output keeps a text layer that
   writes through. */
static PyObject *
make_stream(const PyConfig *config, PyObject *io, int fd, bool write, const char *name,
            const wchar_t *encoding_wide, const wchar_t *errors_wide)
{
    PyObject *buffered = NULL, *raw = NULL, *text = NULL, *stream = NULL, *encoding = NULL;
    PyObject *errors = NULL, *mode = NULL;
    if (!descriptor_is_open(fd)) {
        Py_RETURN_NONE;
    }
    bool unbuffered = write && !config->buffered_stdio;
    buffered = PyObject_CallMethod(io, "open", "isiOOOO", fd, write ? "wb" : "rb", unbuffered ? 0 : -1,
                                   Py_None, Py_None, Py_None, Py_False);
    if (buffered == NULL) {
        goto fail;
    }
    raw = unbuffered ? Py_NewRef(buffered) : PyObject_GetAttr(buffered, ID(raw));
    text = PyUnicode_FromString(name);
    if (raw == NULL || text == NULL || PyObject_SetAttr(raw, ID(name), text) < 0) {
        goto fail;
    }
    int tty = is_tty(raw);
    if (tty < 0) {
        goto fail;
    }
    bool write_through = !config->buffered_stdio;
    bool line_buffering = config->buffered_stdio && (tty || fd == fileno(stderr));
    encoding = PyUnicode_FromWideChar(encoding_wide, -1);
    errors = PyUnicode_FromWideChar(errors_wide, -1);
    if (encoding == NULL || errors == NULL) {
        goto fail;
    }
    stream = PyObject_CallMethod(io, "TextIOWrapper", "OOOsOO", buffered, encoding, errors, "\n",
                                 line_buffering ? Py_True : Py_False,
                                 write_through ? Py_True : Py_False);
    if (stream == NULL) {
        goto fail;
    }
    mode = PyUnicode_FromString(write ? "w" : "r");
    if (mode == NULL || PyObject_SetAttr(stream, ID(mode), mode) < 0) {
        goto fail;
    }
    Py_CLEAR(buffered);
    goto done;
fail:
    Py_CLEAR(stream);
    if (PyErr_ExceptionMatches(PyExc_OSError) && !descriptor_is_open(fd)) {
        PyErr_Clear();
        stream = Py_NewRef(Py_None);
    }
done:
    Py_XDECREF(buffered);
    Py_XDECREF(raw);
    Py_XDECREF(text);
    Py_XDECREF(encoding);
    Py_XDECREF(errors);
    Py_XDECREF(mode);
    return stream;
}

static status
install_stream(const PyConfig *config, PyObject *io, FILE *c_stream, const char *name,
               const char *kept_name, const wchar_t *errors)
{
    char shown[16];
    snprintf(shown, sizeof shown, "<%s>", name);
    PyObject *stream = make_stream(config, io, fileno(c_stream), c_stream != stdin, shown,
                                   config->stdio_encoding, errors);
    if (stream == NULL) {
        return -1;
    }
    if (c_stream == stderr && stream != Py_None) {
        /* The codec is looked up now: an error may have to be printed when imports no longer work. */
        PyObject *encoding = PyObject_GetAttr(stream, ID(encoding));
        const char *codec = encoding == NULL ? NULL : PyUnicode_AsUTF8(encoding);
        if (codec != NULL) {
            Py_XDECREF(PyCodec_Encoder(codec));
        }
        Py_XDECREF(encoding);
        PyErr_Clear();
    }
    status result = PySys_SetObject(kept_name, stream) < 0 || PySys_SetObject(name, stream) < 0 ? -1 : 0;
    Py_DECREF(stream);
    return result;
}

static status
install_open(PyObject *io)
{
    PyObject *builtins = PyImport_ImportModule("builtins"), *open = NULL;
    status result = -1;
    if (builtins != NULL) {
        open = PyObject_GetAttr(io, ID(open));
        result = open == NULL ? -1 : PyObject_SetAttr(builtins, ID(open), open);
    }
    Py_XDECREF(builtins);
    Py_XDECREF(open);
    return result;
}

PyStatus
streams_init(PyInterpreterState *interp)
{
    const PyConfig *config = &interp->config;
    struct stat st;
    if (fstat(fileno(stdin), &st) == 0 && S_ISDIR(st.st_mode)) {
        return STATUS_ERR_IN("init_sys_streams", "<stdin> is a directory, cannot continue");
    }
    PyObject *io = PyImport_ImportModule("io");
    if (io == NULL || install_open(io) < 0) {
        Py_XDECREF(io);
        return STATUS_ERR_IN("init_sys_streams", "can't initialize sys standard streams");
    }
    bool failed =
        install_stream(config, io, stdin, "stdin", "__stdin__", config->stdio_errors) < 0 ||
        install_stream(config, io, stdout, "stdout", "__stdout__", config->stdio_errors) < 0 ||
        install_stream(config, io, stderr, "stderr", "__stderr__", L"backslashreplace") < 0;
    Py_DECREF(io);
    return failed ? STATUS_ERR_IN("init_sys_streams", "can't initialize sys standard streams") : STATUS_OK;
}

static bool
is_closed(PyObject *stream)
{
    PyObject *closed;
    if (_PyObject_LookupAttr(stream, ID(closed), &closed) <= 0) {
        PyErr_Clear();
        return false;
    }
    int result = PyObject_IsTrue(closed);
    Py_DECREF(closed);
    if (result < 0) {
        PyErr_Clear();
    }
    return result > 0;
}

/* Flush stdout and stderr; -1 if what the program wrote to stdout is lost. */
status
streams_flush(void)
{
    PyObject *out = PySys_GetObject("stdout"), *err = PySys_GetObject("stderr");
    status result = 0;
    if (out != NULL && out != Py_None && !is_closed(out)) {
        PyObject *done = PyObject_CallMethodNoArgs(out, ID(flush));
        if (done == NULL) {
            PyErr_WriteUnraisable(out);
            result = -1;
        }
        Py_XDECREF(done);
    }
    if (err != NULL && err != Py_None && !is_closed(err)) {
        PyObject *done = PyObject_CallMethodNoArgs(err, ID(flush));
        if (done == NULL) {
            PyErr_Clear();
            result = -1;
        }
        Py_XDECREF(done);
    }
    return result;
}

/* Encoding and handler of the standard streams, before initialisation; -1 if that is past. */
int
Py_SetStandardStreamEncoding(const char *encoding, const char *errors)
{
    if (Py_IsInitialized()) {
        return -1;
    }
    runtime_init();
    if (encoding != NULL && (_PyRuntime.early.stdio_encoding = _PyMem_RawStrdup(encoding)) == NULL) {
        return -2;
    }
    if (errors != NULL && (_PyRuntime.early.stdio_errors = _PyMem_RawStrdup(errors)) == NULL) {
        PyMem_RawFree(_PyRuntime.early.stdio_encoding);
        _PyRuntime.early.stdio_encoding = NULL;
        return -3;
    }
    return 0;
}

void
_Py_ClearStandardStreamEncoding(void)
{
    PyMem_RawFree(_PyRuntime.early.stdio_encoding);
    PyMem_RawFree(_PyRuntime.early.stdio_errors);
    _PyRuntime.early.stdio_encoding = _PyRuntime.early.stdio_errors = NULL;
}
