/* The module zlib: compression and checksums, over the library of the same name.

   Each object has a lock, because the library runs without the GIL and its streams are not
   thread-safe.  Input longer than the library's 32-bit counts is fed in pieces. */
#include "object/declare.h"
#include <zlib.h>

enum { DEF_BUF_SIZE = 16 * 1024, DEF_MEM_LEVEL = MAX_MEM_LEVEL < 8 ? MAX_MEM_LEVEL : 8, DEFLATED = Z_DEFLATED };

/* Below this many bytes a checksum is not worth giving the GIL away. */
enum { SMALL = 5 * 1024 };

typedef struct {
    PyTypeObject *compress_type;
    PyTypeObject *decompress_type;
    PyObject *error;
} ZlibState;

typedef struct {
    PyObject_HEAD
    z_stream stream;
    PyObject *unused_data;         /* what came after the end of the compressed data */
    PyObject *unconsumed_tail;     /* what max_length left over */
    char eof;
    int initialised;               /* the library's state exists */
    PyObject *zdict;
    PyThread_type_lock lock;
} Stream;

_Static_assert(sizeof(Stream) == 168, "zlib.Compress.__basicsize__");

static inline ZlibState *
zlib_state(PyObject *module)
{
    return PyModule_GetState(module);
}

/* -- services ------------------------------------------------------------------------------ */

static void *
stream_alloc(voidpf Py_UNUSED(opaque), uInt items, uInt size)
{
    if (size != 0 && items > (size_t)PY_SSIZE_T_MAX / size)
        return NULL;
    return PyMem_RawMalloc((size_t)items * (size_t)size);
}

static void
stream_free(voidpf Py_UNUSED(opaque), voidpf memory)
{
    PyMem_RawFree(memory);
}

/* Raise zlib.error; NULL. */
static PyObject *
fail(ZlibState *state, const z_stream *stream, int code, const char *what)
{
    const char *reason = code == Z_VERSION_ERROR ? "library version mismatch" : stream->msg;
    if (!reason) {
        switch (code) {
        case Z_BUF_ERROR:
            reason = "incomplete or truncated stream";
            break;
        case Z_STREAM_ERROR:
            reason = "inconsistent stream state";
            break;
        case Z_DATA_ERROR:
            reason = "invalid input data";
            break;
        }
    }
    return reason ? PyErr_Format(state->error, "Error %d %s: %.200s", code, what, reason)
                  : PyErr_Format(state->error, "Error %d %s", code, what);
}

static void
enter(Stream *self)
{
    if (!PyThread_acquire_lock(self->lock, NOWAIT_LOCK)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, WAIT_LOCK);
        Py_END_ALLOW_THREADS
    }
}

static void
leave(Stream *self)
{
    PyThread_release_lock(self->lock);
}

/* Give the library the next piece of the input. */
static inline void
feed(z_stream *stream, Py_ssize_t *remaining)
{
    stream->avail_in = (uInt)Py_MIN((size_t)*remaining, UINT_MAX);
    *remaining -= stream->avail_in;
}

/* Output that grows: a bytes object of which the library has filled all but avail_out. */
typedef struct {
    PyObject *bytes;
    Py_ssize_t limit;              /* no more than this; -1: no limit */
} Output;

static status
output_begin(Output *out, z_stream *stream, Py_ssize_t size, Py_ssize_t limit)
{
    if (limit >= 0 && size > limit)
        size = limit;
    size = Py_MIN(size, (Py_ssize_t)UINT_MAX);
    out->limit = limit;
    out->bytes = PyBytes_FromStringAndSize(NULL, size);
    if (!out->bytes)
        return -1;
    stream->next_out = (Bytef *)PyBytes_AS_STRING(out->bytes);
    stream->avail_out = (uInt)size;
    return 0;
}

/* Make room.  1 done, 0 the limit is reached, -1 error. */
static truth
output_grow(Output *out, z_stream *stream)
{
    Py_ssize_t size = PyBytes_GET_SIZE(out->bytes), used = size - stream->avail_out;
    if (stream->avail_out > 0)
        return 1;
    if (out->limit >= 0 && used >= out->limit)
        return 0;
    if (size > PY_SSIZE_T_MAX / 2) {
        PyErr_SetString(PyExc_MemoryError, "Unable to allocate output buffer.");
        return -1;
    }
    Py_ssize_t bigger = size ? size * 2 : DEF_BUF_SIZE;
    bigger = Py_MIN(bigger, used + (Py_ssize_t)UINT_MAX);
    if (out->limit >= 0)
        bigger = Py_MIN(bigger, out->limit);
    if (_PyBytes_Resize(&out->bytes, bigger) < 0)
        return -1;
    stream->next_out = (Bytef *)PyBytes_AS_STRING(out->bytes) + used;
    stream->avail_out = (uInt)(bigger - used);
    return 1;
}

static PyObject *
output_end(Output *out, z_stream *stream)
{
    Py_ssize_t size = PyBytes_GET_SIZE(out->bytes);
    if (stream->avail_out > 0)
        _PyBytes_Resize(&out->bytes, size - stream->avail_out);
    return out->bytes;
}

/* -- one-shot functions -------------------------------------------------------------------- */

FUNCTION(zlib, compress, "($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)",
         "Compress data at once.\n\n"
         "level is 0 to 9 or -1, the default; wbits the size of the window and the kind of header.")
DEFAULT(level, Z_DEFAULT_COMPRESSION)
DEFAULT(wbits, MAX_WBITS)
static PyObject *
zlib_compress(PyObject *module, Py_buffer *data, int level, int wbits)
{
    ZlibState *state = zlib_state(module);
    z_stream stream = {.zalloc = stream_alloc, .zfree = stream_free, .next_in = data->buf};
    Output out;
    Py_ssize_t remaining = data->len;
    if (output_begin(&out, &stream, DEF_BUF_SIZE, -1) < 0)
        return NULL;
    int code = deflateInit2(&stream, level, DEFLATED, wbits, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY);
    if (code != Z_OK) {
        Py_DECREF(out.bytes);
        if (code == Z_MEM_ERROR)
            PyErr_SetString(PyExc_MemoryError, "Out of memory while compressing data");
        else if (code == Z_STREAM_ERROR)
            PyErr_SetString(state->error, "Bad compression level");
        else
            fail(state, &stream, code, "while compressing data");
        return NULL;
    }
    int flush;
    do {
        feed(&stream, &remaining);
        flush = remaining ? Z_NO_FLUSH : Z_FINISH;
        do {
            if (output_grow(&out, &stream) < 0)
                goto error;
            Py_BEGIN_ALLOW_THREADS
            code = deflate(&stream, flush);
            Py_END_ALLOW_THREADS
            if (code == Z_STREAM_ERROR) {
                fail(state, &stream, code, "while compressing data");
                goto error;
            }
        } while (stream.avail_out == 0);
    } while (flush != Z_FINISH);
    code = deflateEnd(&stream);
    if (code == Z_OK)
        return output_end(&out, &stream);
    Py_DECREF(out.bytes);
    return fail(state, &stream, code, "while finishing compression");
error:
    deflateEnd(&stream);
    Py_XDECREF(out.bytes);
    return NULL;
}

FUNCTION(zlib, decompress, "($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)",
         "Decompress data at once.\n\n"
         "wbits is the size of the window and the kind of header, bufsize how much output to expect.")
DEFAULT(wbits, MAX_WBITS)
DEFAULT(bufsize, DEF_BUF_SIZE)
static PyObject *
zlib_decompress(PyObject *module, Py_buffer *data, int wbits, Py_ssize_t bufsize)
{
    ZlibState *state = zlib_state(module);
    if (bufsize < 0) {
        PyErr_SetString(PyExc_ValueError, "bufsize must be non-negative");
        return NULL;
    }
    z_stream stream = {.zalloc = stream_alloc, .zfree = stream_free, .next_in = data->buf};
    Output out;
    Py_ssize_t remaining = data->len;
    if (output_begin(&out, &stream, Py_MAX(bufsize, 1), -1) < 0)
        return NULL;
    int code = inflateInit2(&stream, wbits);
    if (code != Z_OK) {
        Py_DECREF(out.bytes);
        if (code == Z_MEM_ERROR)
            PyErr_SetString(PyExc_MemoryError, "Out of memory while decompressing data");
        else
            fail(state, &stream, code, "while preparing to decompress data");
        return NULL;
    }
    do {
        feed(&stream, &remaining);
        int flush = remaining ? Z_SYNC_FLUSH : Z_FINISH;
        do {
            if (output_grow(&out, &stream) < 0)
                goto error;
            Py_BEGIN_ALLOW_THREADS
            code = inflate(&stream, flush);
            Py_END_ALLOW_THREADS
            if (code == Z_MEM_ERROR) {
                PyErr_SetString(PyExc_MemoryError, "Out of memory while decompressing data");
                goto error;
            }
            if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END) {
                fail(state, &stream, code, "while decompressing data");
                goto error;
            }
        } while (stream.avail_out == 0);
    } while (code != Z_STREAM_END && remaining);
    if (code != Z_STREAM_END) {
        fail(state, &stream, code, "while decompressing data");
        goto error;
    }
    code = inflateEnd(&stream);
    if (code == Z_OK)
        return output_end(&out, &stream);
    Py_DECREF(out.bytes);
    return fail(state, &stream, code, "while finishing decompression");
error:
    inflateEnd(&stream);
    Py_XDECREF(out.bytes);
    return NULL;
}

typedef uLong (*checksum)(uLong value, const Bytef *data, uInt length);

static uLong
run_checksum(checksum function, uLong value, const Bytef *data, Py_ssize_t length)
{
    while ((size_t)length > UINT_MAX) {
        value = function(value, data, UINT_MAX);
        data += UINT_MAX;
        length -= UINT_MAX;
    }
    return function(value, data, (uInt)length);
}

static PyObject *
compute_checksum(checksum function, const Py_buffer *data, unsigned int value)
{
    uLong result;
    if (data->len > SMALL) {
        Py_BEGIN_ALLOW_THREADS
        result = run_checksum(function, value, data->buf, data->len);
        Py_END_ALLOW_THREADS
    } else {
        result = function(value, data->buf, (uInt)data->len);
    }
    return PyLong_FromUnsignedLong(result & 0xffffffffU);
}

FUNCTION(zlib, adler32, "($module, data, value=1, /)",
         "The Adler-32 checksum of data; value is that of what came before.")
static PyObject *
zlib_adler32(PyObject *Py_UNUSED(module), Py_buffer *data, unsigned int value)
{
    return compute_checksum(adler32, data, value);
}

FUNCTION(zlib, crc32, "($module, data, value=0, /)",
         "The CRC-32 checksum of data; value is that of what came before.")
static PyObject *
zlib_crc32(PyObject *Py_UNUSED(module), Py_buffer *data, unsigned int value)
{
    return compute_checksum(crc32, data, value);
}

/* -- stream objects ------------------------------------------------------------------------ */

static Stream *
new_stream(PyTypeObject *type)
{
    Stream *self = PyObject_New(Stream, type);
    if (!self)
        return NULL;
    memset((char *)self + sizeof(PyObject), 0, sizeof(Stream) - sizeof(PyObject));
    self->stream.zalloc = stream_alloc;
    self->stream.zfree = stream_free;
    self->unused_data = PyBytes_FromStringAndSize("", 0);
    self->unconsumed_tail = PyBytes_FromStringAndSize("", 0);
    self->lock = PyThread_allocate_lock();
    if (!self->unused_data || !self->unconsumed_tail || !self->lock) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_MemoryError, "Unable to allocate lock");
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

static void
stream_dealloc(Stream *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (self->lock)
        PyThread_free_lock(self->lock);
    Py_XDECREF(self->unused_data);
    Py_XDECREF(self->unconsumed_tail);
    Py_XDECREF(self->zdict);
    PyObject_Free(self);
    Py_DECREF(type);
}

static void
zlib_compressor_tp_dealloc(Stream *self)
{
    if (self->initialised)
        deflateEnd(&self->stream);
    stream_dealloc(self);
}

static void
zlib_decompressor_tp_dealloc(Stream *self)
{
    if (self->initialised)
        inflateEnd(&self->stream);
    stream_dealloc(self);
}

FUNCTION(zlib, compressobj,
         "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=None)",
         "Return an object that compresses data given piece by piece.\n\n"
         "zdict is a dictionary of byte strings that are expected to occur in the data.")
DEFAULT(level, Z_DEFAULT_COMPRESSION)
DEFAULT(method, DEFLATED)
DEFAULT(wbits, MAX_WBITS)
DEFAULT(memLevel, DEF_MEM_LEVEL)
DEFAULT(strategy, Z_DEFAULT_STRATEGY)
static PyObject *
zlib_compressobj(PyObject *module, int level, int method, int wbits, int memLevel, int strategy,
                 Py_buffer *zdict)
{
    /* `zdict` without an object was not given. */
    ZlibState *state = zlib_state(module);
    if (zdict->obj && (size_t)zdict->len > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "zdict length does not fit in an unsigned int");
        return NULL;
    }
    Stream *self = new_stream(state->compress_type);
    if (!self)
        return NULL;
    int code = deflateInit2(&self->stream, level, method, wbits, memLevel, strategy);
    switch (code) {
    case Z_OK:
        self->initialised = 1;
        break;
    case Z_MEM_ERROR:
        PyErr_SetString(PyExc_MemoryError, "Can't allocate memory for compression object");
        goto error;
    case Z_STREAM_ERROR:
        PyErr_SetString(PyExc_ValueError, "Invalid initialization option");
        goto error;
    default:
        fail(state, &self->stream, code, "while creating compression object");
        goto error;
    }
    if (zdict->obj) {
        code = deflateSetDictionary(&self->stream, zdict->buf, (uInt)zdict->len);
        if (code != Z_OK) {
            PyErr_SetString(PyExc_ValueError, code == Z_STREAM_ERROR ? "Invalid dictionary"
                                                                     : "deflateSetDictionary()");
            goto error;
        }
    }
    return (PyObject *)self;
error:
    Py_DECREF(self);
    return NULL;
}

/* Give the library the dictionary of a decompressor. */
static status
set_dictionary(ZlibState *state, Stream *self)
{
    Py_buffer view;
    if (PyObject_GetBuffer(self->zdict, &view, PyBUF_SIMPLE) < 0)
        return -1;
    if ((size_t)view.len > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "zdict length does not fit in an unsigned int");
        PyBuffer_Release(&view);
        return -1;
    }
    int code = inflateSetDictionary(&self->stream, view.buf, (uInt)view.len);
    PyBuffer_Release(&view);
    if (code == Z_OK)
        return 0;
    fail(state, &self->stream, code, "while setting zdict");
    return -1;
}

FUNCTION(zlib, decompressobj, "($module, /, wbits=MAX_WBITS, zdict=b'')",
         "Return an object that decompresses data given piece by piece.\n\n"
         "zdict must be the dictionary that the data was compressed with.")
DEFAULT(wbits, MAX_WBITS)
static PyObject *
zlib_decompressobj(PyObject *module, int wbits, PyObject *zdict)
{
    ZlibState *state = zlib_state(module);
    if (zdict && !PyObject_CheckBuffer(zdict)) {
        PyErr_SetString(PyExc_TypeError, "zdict argument must support the buffer protocol");
        return NULL;
    }
    Stream *self = new_stream(state->decompress_type);
    if (!self)
        return NULL;
    self->zdict = Py_XNewRef(zdict);
    int code = inflateInit2(&self->stream, wbits);
    switch (code) {
    case Z_OK:
        self->initialised = 1;
        /* Raw data does not say that it needs the dictionary. */
        if (!self->zdict || wbits >= 0 || set_dictionary(state, self) == 0)
            return (PyObject *)self;
        break;
    case Z_STREAM_ERROR:
        PyErr_SetString(PyExc_ValueError, "Invalid initialization option");
        break;
    case Z_MEM_ERROR:
        PyErr_SetString(PyExc_MemoryError, "Can't allocate memory for decompression object");
        break;
    default:
        fail(state, &self->stream, code, "while creating decompression object");
    }
    Py_DECREF(self);
    return NULL;
}

/* -- Compress ------------------------------------------------------------------------------ */

METHOD(zlib_compressor, compress, "($self, data, /)",
       "Compress more data; returns what output there is already.")
static PyObject *
zlib_compressor_compress(Stream *self, PyTypeObject *defining_class, Py_buffer *data)
{
    ZlibState *state = PyType_GetModuleState(defining_class);
    Output out;
    PyObject *result = NULL;
    Py_ssize_t remaining = data->len;
    enter(self);
    self->stream.next_in = data->buf;
    if (output_begin(&out, &self->stream, DEF_BUF_SIZE, -1) < 0)
        goto done;
    do {
        feed(&self->stream, &remaining);
        do {
            if (output_grow(&out, &self->stream) < 0)
                goto error;
            int code;
            Py_BEGIN_ALLOW_THREADS
            code = deflate(&self->stream, Z_NO_FLUSH);
            Py_END_ALLOW_THREADS
            if (code == Z_STREAM_ERROR) {
                fail(state, &self->stream, code, "while compressing data");
                goto error;
            }
        } while (self->stream.avail_out == 0);
    } while (remaining);
    result = output_end(&out, &self->stream);
    goto done;
error:
    Py_XDECREF(out.bytes);
done:
    leave(self);
    return result;
}

METHOD(zlib_compressor, flush, "($self, mode=zlib.Z_FINISH, /)",
       "Return all output so far.\n\n"
       "With Z_FINISH, the default, the object cannot be used any more; with Z_SYNC_FLUSH or\n"
       "Z_FULL_FLUSH it can.")
DEFAULT(mode, Z_FINISH)
static PyObject *
zlib_compressor_flush(Stream *self, PyTypeObject *defining_class, int mode)
{
    ZlibState *state = PyType_GetModuleState(defining_class);
    if (mode == Z_NO_FLUSH)
        return PyBytes_FromStringAndSize(NULL, 0);
    Output out;
    PyObject *result = NULL;
    int code;
    enter(self);
    self->stream.avail_in = 0;
    if (output_begin(&out, &self->stream, DEF_BUF_SIZE, -1) < 0)
        goto done;
    do {
        if (output_grow(&out, &self->stream) < 0)
            goto error;
        Py_BEGIN_ALLOW_THREADS
        code = deflate(&self->stream, mode);
        Py_END_ALLOW_THREADS
        if (code == Z_STREAM_ERROR) {
            fail(state, &self->stream, code, "while flushing");
            goto error;
        }
    } while (self->stream.avail_out == 0);
    if (code == Z_STREAM_END && mode == Z_FINISH) {
        code = deflateEnd(&self->stream);
        if (code != Z_OK) {
            fail(state, &self->stream, code, "while finishing compression");
            goto error;
        }
        self->initialised = 0;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        fail(state, &self->stream, code, "while flushing");
        goto error;
    }
    result = output_end(&out, &self->stream);
    goto done;
error:
    Py_XDECREF(out.bytes);
done:
    leave(self);
    return result;
}

/* A copy of an object in its present state. */
static PyObject *
copy_stream(ZlibState *state, Stream *self, int (*copy)(z_streamp, z_streamp), const char *no_memory,
            const char *what)
{
    Stream *other = new_stream(Py_TYPE(self));
    if (!other)
        return NULL;
    enter(self);
    int code = copy(&other->stream, &self->stream);
    switch (code) {
    case Z_OK:
        break;
    case Z_STREAM_ERROR:
        PyErr_SetString(PyExc_ValueError, "Inconsistent stream state");
        goto error;
    case Z_MEM_ERROR:
        PyErr_SetString(PyExc_MemoryError, no_memory);
        goto error;
    default:
        fail(state, &self->stream, code, what);
        goto error;
    }
    Py_XSETREF(other->unused_data, Py_NewRef(self->unused_data));
    Py_XSETREF(other->unconsumed_tail, Py_NewRef(self->unconsumed_tail));
    Py_XSETREF(other->zdict, Py_XNewRef(self->zdict));
    other->eof = self->eof;
    other->initialised = 1;
    leave(self);
    return (PyObject *)other;
error:
    leave(self);
    Py_DECREF(other);
    return NULL;
}

METHOD(zlib_compressor, copy, "($self, /)", "Return a copy of the compression object.")
METHOD(zlib_compressor, __copy__, "($self, /)", NULL)
static PyObject *
zlib_compressor_copy(Stream *self, PyTypeObject *defining_class)
{
    return copy_stream(PyType_GetModuleState(defining_class), self, deflateCopy,
                       "Can't allocate memory for compression object",
                       "while copying compression object");
}

METHOD(zlib_compressor, __deepcopy__, "($self, memo, /)", NULL)
static PyObject *
zlib_compressor___deepcopy__(Stream *self, PyTypeObject *defining_class, PyObject *Py_UNUSED(memo))
{
    return zlib_compressor_copy(self, defining_class);
}

HEAPTYPE(zlib_compressor, "zlib.Compress", Stream, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* -- Decompress ---------------------------------------------------------------------------- */

/* Keep what the library did not use of the input, which ends `behind` bytes after its own. */
static status
keep_rest(Stream *self, const Py_buffer *data, int code)
{
    const char *next = (const char *)self->stream.next_in;
    if (code == Z_STREAM_END) {
        /* It lies behind the end of the compressed data. */
        Py_ssize_t left = (const char *)data->buf + data->len - next;
        self->stream.avail_in = 0;
        if (left > 0) {
            Py_ssize_t old = PyBytes_GET_SIZE(self->unused_data);
            if (left > PY_SSIZE_T_MAX - old) {
                PyErr_NoMemory();
                return -1;
            }
            PyObject *joined = PyBytes_FromStringAndSize(NULL, old + left);
            if (!joined)
                return -1;
            memcpy(PyBytes_AS_STRING(joined), PyBytes_AS_STRING(self->unused_data), old);
            memcpy(PyBytes_AS_STRING(joined) + old, next, left);
            Py_SETREF(self->unused_data, joined);
        }
    }
    if (self->stream.avail_in > 0 || PyBytes_GET_SIZE(self->unconsumed_tail)) {
        Py_ssize_t left = code == Z_STREAM_END ? 0 : (const char *)data->buf + data->len - next;
        PyObject *tail = PyBytes_FromStringAndSize(next, left);
        if (!tail)
            return -1;
        Py_SETREF(self->unconsumed_tail, tail);
    }
    return 0;
}

METHOD(zlib_decompressor, decompress, "($self, data, /, max_length=0)",
       "Decompress more data; returns at most max_length bytes unless that is 0.\n\n"
       "What was not used because of max_length stands in unconsumed_tail and must be given again.")
static PyObject *
zlib_decompressor_decompress(Stream *self, PyTypeObject *defining_class, Py_buffer *data,
                             Py_ssize_t max_length)
{
    ZlibState *state = PyType_GetModuleState(defining_class);
    if (max_length < 0) {
        PyErr_SetString(PyExc_ValueError, "max_length must be non-negative");
        return NULL;
    }
    Output out;
    PyObject *result = NULL;
    Py_ssize_t remaining = data->len;
    int code = Z_OK;
    enter(self);
    self->stream.next_in = data->buf;
    if (output_begin(&out, &self->stream, DEF_BUF_SIZE, max_length ? max_length : -1) < 0)
        goto done;
    do {
        feed(&self->stream, &remaining);
        do {
            truth room = output_grow(&out, &self->stream);
            if (room < 0)
                goto error;
            if (room == 0) {
                if (max_length)
                    goto full;
                goto error;
            }
            Py_BEGIN_ALLOW_THREADS
            code = inflate(&self->stream, Z_SYNC_FLUSH);
            Py_END_ALLOW_THREADS
            if (code == Z_NEED_DICT && self->zdict) {
                if (set_dictionary(state, self) < 0)
                    goto error;
                continue;
            }
            if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
                goto full;
        } while (self->stream.avail_out == 0 || code == Z_NEED_DICT);
    } while (code != Z_STREAM_END && remaining);
full:
    if (keep_rest(self, data, code) < 0)
        goto error;
    if (code == Z_STREAM_END) {
        self->eof = 1;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        fail(state, &self->stream, code, "while decompressing data");
        goto error;
    }
    result = output_end(&out, &self->stream);
    goto done;
error:
    Py_XDECREF(out.bytes);
done:
    leave(self);
    return result;
}

METHOD(zlib_decompressor, flush, "($self, length=zlib.DEF_BUF_SIZE, /)",
       "Return what can be decompressed of unconsumed_tail; length is the first size to try.")
DEFAULT(length, DEF_BUF_SIZE)
static PyObject *
zlib_decompressor_flush(Stream *self, PyTypeObject *defining_class, Py_ssize_t length)
{
    ZlibState *state = PyType_GetModuleState(defining_class);
    if (length <= 0) {
        PyErr_SetString(PyExc_ValueError, "length must be greater than zero");
        return NULL;
    }
    enter(self);
    Py_buffer data;
    Output out;
    PyObject *result = NULL;
    if (PyObject_GetBuffer(self->unconsumed_tail, &data, PyBUF_SIMPLE) < 0) {
        leave(self);
        return NULL;
    }
    Py_ssize_t remaining = data.len;
    int code = Z_OK;
    self->stream.next_in = data.buf;
    if (output_begin(&out, &self->stream, length, -1) < 0)
        goto done;
    do {
        feed(&self->stream, &remaining);
        int mode = remaining ? Z_SYNC_FLUSH : Z_FINISH;
        do {
            if (output_grow(&out, &self->stream) < 0)
                goto error;
            Py_BEGIN_ALLOW_THREADS
            code = inflate(&self->stream, mode);
            Py_END_ALLOW_THREADS
            if (code == Z_NEED_DICT && self->zdict) {
                if (set_dictionary(state, self) < 0)
                    goto error;
                continue;
            }
            if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
                goto ended;
        } while (self->stream.avail_out == 0 || code == Z_NEED_DICT);
    } while (code != Z_STREAM_END && remaining);
ended:
    if (keep_rest(self, &data, code) < 0)
        goto error;
    if (code == Z_STREAM_END) {
        self->eof = 1;
        self->initialised = 0;
        code = inflateEnd(&self->stream);
        if (code != Z_OK) {
            fail(state, &self->stream, code, "while finishing decompression");
            goto error;
        }
    }
    result = output_end(&out, &self->stream);
    goto done;
error:
    Py_XDECREF(out.bytes);
done:
    PyBuffer_Release(&data);
    leave(self);
    return result;
}

METHOD(zlib_decompressor, copy, "($self, /)", "Return a copy of the decompression object.")
METHOD(zlib_decompressor, __copy__, "($self, /)", NULL)
static PyObject *
zlib_decompressor_copy(Stream *self, PyTypeObject *defining_class)
{
    return copy_stream(PyType_GetModuleState(defining_class), self, inflateCopy,
                       "Can't allocate memory for decompression object",
                       "while copying decompression object");
}

METHOD(zlib_decompressor, __deepcopy__, "($self, memo, /)", NULL)
static PyObject *
zlib_decompressor___deepcopy__(Stream *self, PyTypeObject *defining_class, PyObject *Py_UNUSED(memo))
{
    return zlib_decompressor_copy(self, defining_class);
}

MEMBER(zlib_decompressor, unused_data, T_OBJECT, Stream, unused_data, READONLY, NULL)
MEMBER(zlib_decompressor, unconsumed_tail, T_OBJECT, Stream, unconsumed_tail, READONLY, NULL)
MEMBER(zlib_decompressor, eof, T_BOOL, Stream, eof, READONLY, NULL)

HEAPTYPE(zlib_decompressor, "zlib.Decompress", Stream, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* -- the module ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    long value;
} Constant;

#define NAMED(name) {#name, name},

static const Constant constants[] = {
    NAMED(MAX_WBITS) NAMED(DEFLATED) NAMED(DEF_MEM_LEVEL) NAMED(DEF_BUF_SIZE)
    NAMED(Z_NO_COMPRESSION) NAMED(Z_BEST_SPEED) NAMED(Z_BEST_COMPRESSION)
    NAMED(Z_DEFAULT_COMPRESSION) NAMED(Z_FILTERED) NAMED(Z_HUFFMAN_ONLY) NAMED(Z_RLE)
    NAMED(Z_FIXED) NAMED(Z_DEFAULT_STRATEGY) NAMED(Z_NO_FLUSH) NAMED(Z_PARTIAL_FLUSH)
    NAMED(Z_SYNC_FLUSH) NAMED(Z_FULL_FLUSH) NAMED(Z_FINISH) NAMED(Z_BLOCK) NAMED(Z_TREES)
};

#include "gen/modules/zlib.inc"

static int
zlib_exec(PyObject *module)
{
    ZlibState *state = zlib_state(module);
    state->compress_type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &zlib_compressor_spec, NULL);
    state->decompress_type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &zlib_decompressor_spec, NULL);
    state->error = PyErr_NewException("zlib.error", NULL, NULL);
    if (!state->compress_type || !state->decompress_type || !state->error)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            return -1;
    return PyModule_AddObjectRef(module, "error", state->error) < 0
                   || PyModule_AddStringConstant(module, "ZLIB_VERSION", ZLIB_VERSION) < 0
                   || PyModule_AddStringConstant(module, "ZLIB_RUNTIME_VERSION", zlibVersion()) < 0
                   || PyModule_AddStringConstant(module, "__version__", "1.0") < 0
               ? -1
               : 0;
}

static int
zlib_traverse(PyObject *module, visitproc visit, void *arg)
{
    ZlibState *state = zlib_state(module);
    Py_VISIT(state->compress_type);
    Py_VISIT(state->decompress_type);
    Py_VISIT(state->error);
    return 0;
}

static int
zlib_clear(PyObject *module)
{
    ZlibState *state = zlib_state(module);
    Py_CLEAR(state->compress_type);
    Py_CLEAR(state->decompress_type);
    Py_CLEAR(state->error);
    return 0;
}

static void
zlib_free(void *module)
{
    zlib_clear(module);
}

static PyModuleDef_Slot zlib_slots[] = {
    {Py_mod_exec, zlib_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef zlib_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "zlib",
    .m_doc = PyDoc_STR("Compression that is compatible with gzip.\n\n"
                       "compress() and decompress() take all data at once, compressobj() and\n"
                       "decompressobj() take it piece by piece; adler32() and crc32() are checksums."),
    .m_size = sizeof(ZlibState),
    .m_methods = zlib_functions,
    .m_slots = zlib_slots,
    .m_traverse = zlib_traverse,
    .m_clear = zlib_clear,
    .m_free = zlib_free,
};

PyMODINIT_FUNC
PyInit_zlib(void)
{
    return PyModuleDef_Init(&zlib_module);
}
