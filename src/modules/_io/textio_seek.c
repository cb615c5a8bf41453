/* TextIOWrapper: seek and tell.

   tell() returns a position of the buffer at which the decoder could start anew, and how to get from
   there to the character: what state it starts in, how many bytes to feed it, how many characters to
   skip.  All of it is packed into one int, the cookie; most often it is the plain position. */
#include "modules/_io/textio.h"

/* Where tell() was, packed into an int: little-endian, in this order. */
typedef struct {
    off_t position;            /* 8 bytes */
    int flags;                 /* 4 bytes: state of the decoder there */
    int feed;                  /* 4 bytes: bytes to decode from there, */
    int skip;                  /* 4 bytes: and characters of the result to skip */
    char need_eof;             /* 1 byte: tell the decoder that these were the last bytes */
} Cookie;

enum { COOKIE_SIZE = 21 };

static PyObject *
pack_cookie(const Cookie *cookie)
{
    unsigned char data[COOKIE_SIZE];
    memcpy(data, &cookie->position, 8);
    memcpy(data + 8, &cookie->flags, 4);
    memcpy(data + 12, &cookie->feed, 4);
    memcpy(data + 16, &cookie->skip, 4);
    data[20] = cookie->need_eof;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "cookies are little-endian"
#endif
    return _PyLong_FromByteArray(data, COOKIE_SIZE, 1, 0);
}

static status
unpack_cookie(Cookie *cookie, PyObject *value)
{
    unsigned char data[COOKIE_SIZE];
    PyObject *number = PyNumber_Long(value);
    if (!number)
        return -1;
    status done = _PyLong_AsByteArray((PyLongObject *)number, data, COOKIE_SIZE, 1, 0);
    Py_DECREF(number);
    if (done < 0)
        return -1;
    memcpy(&cookie->position, data, 8);
    memcpy(&cookie->flags, data + 8, 4);
    memcpy(&cookie->feed, data + 12, 4);
    memcpy(&cookie->skip, data + 16, 4);
    cookie->need_eof = data[20];
    return 0;
}

/* Is `value` 0?  -1 on error. */
static truth
is_zero(PyObject *value)
{
    PyObject *zero = PyLong_FromLong(0);
    truth same = zero ? PyObject_RichCompareBool(value, zero, Py_EQ) : -1;
    Py_XDECREF(zero);
    return same;
}

/* seek(0, 2) */
static PyObject *
seek_to_end(TextIO *self)
{
    if (textio_call_flush(self) < 0)
        return NULL;
    textio_set_decoded(self, NULL);
    Py_CLEAR(self->snapshot_input);
    if (textio_set_decoder_state(self, 0, 1) < 0)
        return NULL;
    PyObject *position = _PyObject_CallMethod(self->buffer, ID(seek), "ii", 0, 2);
    if (position && self->encoder) {
        truth at_start = is_zero(position);
        if (at_start < 0 || textio_reset_encoder(self, at_start) < 0)
            Py_CLEAR(position);
    }
    return position;
}

/* Go to a position that tell() returned. */
static status
seek_to_cookie(TextIO *self, PyObject *value)
{
    Cookie cookie;
    if (unpack_cookie(&cookie, value) < 0)
        return -1;
    PyObject *target = PyLong_FromLongLong(cookie.position);
    if (!target)
        return -1;
    PyObject *done = PyObject_CallMethodOneArg(self->buffer, ID(seek), target);
    Py_DECREF(target);
    if (!done)
        return -1;
    Py_DECREF(done);
    textio_set_decoded(self, NULL);
    Py_CLEAR(self->snapshot_input);
    int at_start = cookie.position == 0 && cookie.flags == 0;
    if (textio_set_decoder_state(self, cookie.flags, at_start) < 0)
        return -1;

    if (cookie.skip) {
        PyObject *chunk = _PyObject_CallMethod(self->buffer, ID(read), "i", cookie.feed);
        if (!chunk)
            return -1;
        if (!PyBytes_Check(chunk)) {
            PyErr_Format(PyExc_TypeError,
                         "underlying read() should have returned a bytes object, not '%.200s'",
                         Py_TYPE(chunk)->tp_name);
            Py_DECREF(chunk);
            return -1;
        }
        self->snapshot_flags = cookie.flags;
        Py_CLEAR(self->snapshot_wide);
        Py_XSETREF(self->snapshot_input, chunk);
        if (!self->can_read) {
            io_unsupported("not readable");
            return -1;
        }
        PyObject *text = textio_decode(self, chunk, cookie.need_eof);
        if (!text)
            return -1;
        textio_set_decoded(self, text);
        if (cookie.skip < 0 || PyUnicode_GET_LENGTH(text) < cookie.skip) {
            PyErr_SetString(PyExc_OSError, "can't restore logical file position");
            return -1;
        }
        self->decoded_used = cookie.skip;
    } else {
        PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
        if (!empty)
            return -1;
        self->snapshot_flags = cookie.flags;
        Py_CLEAR(self->snapshot_wide);
        Py_XSETREF(self->snapshot_input, empty);
    }
    return textio_reset_encoder(self, at_start);
}

METHOD(textio, seek, "($self, cookie, whence=0, /)", NULL)
static PyObject *
textio_seek(TextIO *self, PyObject *cookie, int whence)
{
    if (textio_check_open(self) < 0)
        return NULL;
    if (!self->seekable)
        return io_unsupported("underlying stream is not seekable");
    truth zero = 1;
    PyObject *here = NULL;
    switch (whence) {
    case 0:
        break;
    case 1:
        zero = is_zero(cookie);
        if (zero == 0)
            io_unsupported("can't do nonzero cur-relative seeks");
        if (zero != 1)
            return NULL;
        /* Going nowhere still forgets what was read ahead. */
        here = PyObject_CallMethodNoArgs((PyObject *)self, ID(tell));
        if (!here)
            return NULL;
        cookie = here;
        break;
    case 2:
        zero = is_zero(cookie);
        if (zero == 0)
            io_unsupported("can't do nonzero end-relative seeks");
        return zero != 1 ? NULL : seek_to_end(self);
    default:
        return PyErr_Format(PyExc_ValueError, "invalid whence (%d, should be %d, %d or %d)", whence,
                            0, 1, 2);
    }
    PyObject *null = PyLong_FromLong(0);
    truth negative = null ? PyObject_RichCompareBool(cookie, null, Py_LT) : -1;
    Py_XDECREF(null);
    if (negative > 0)
        PyErr_Format(PyExc_ValueError, "negative seek position %R", cookie);
    status done = -1;
    if (negative == 0 && textio_call_flush(self) == 0)
        done = seek_to_cookie(self, cookie);
    if (done == 0 && !here)
        here = Py_NewRef(cookie);
    if (done < 0)
        Py_CLEAR(here);
    return here;
}

/* Decode data[from:to) without the final flag; the number of characters or -1. */
static Py_ssize_t
count_decoded(TextIO *self, const char *data, Py_ssize_t length, int final)
{
    PyObject *text = textio_decode_memory(self, data, length, final);
    Py_ssize_t count = text ? PyUnicode_GET_LENGTH(text) : -1;
    Py_XDECREF(text);
    return count;
}

/* Find a cookie for the character `cookie->skip` characters behind the snapshot.  On entry the
   cookie is the snapshot; the decoder is left in any state. */
static status
find_cookie(TextIO *self, Cookie *cookie, const char *input, Py_ssize_t length)
{
    Py_ssize_t to_skip = cookie->skip;
    int start_flags = cookie->flags, reset = cookie->position == 0 && start_flags == 0;
    /* Guess how many bytes the characters took, and step back until that is a point before the
       target where the decoder has nothing buffered.  For codecs of fixed width the first guess
       is right. */
    Py_ssize_t guess = (Py_ssize_t)(self->bytes_per_char * (double)to_skip), step = 1;
    if (guess > length)
        guess = length;
    while (guess > 0) {
        if (textio_set_decoder_state(self, start_flags, reset) < 0)
            return -1;
        Py_ssize_t chars = count_decoded(self, input, guess, 0);
        if (chars < 0)
            return -1;
        if (chars <= to_skip) {
            PyObject *held;
            int flags;
            if (textio_get_decoder_state(self, &held, &flags, NULL) < 0)
                return -1;
            Py_ssize_t held_length = PyBytes_GET_SIZE(held);
            Py_DECREF(held);
            if (held_length == 0) {
                cookie->flags = flags;
                to_skip -= chars;
                break;
            }
            guess -= held_length;
            step = 1;
        } else {
            guess -= step;
            step *= 2;
        }
    }
    if (guess <= 0) {
        guess = 0;
        if (textio_set_decoder_state(self, start_flags, reset) < 0)
            return -1;
    }
    cookie->position += guess;
    cookie->feed = 0;
    cookie->need_eof = 0;
    if (to_skip > 0) {
        /* From there byte by byte, noting every point where decoding could start. */
        Py_ssize_t decoded = 0, at;
        for (at = guess; at < length; at++) {
            Py_ssize_t chars = count_decoded(self, input + at, 1, 0);
            if (chars < 0)
                return -1;
            decoded += chars;
            cookie->feed++;
            PyObject *held;
            int flags;
            if (textio_get_decoder_state(self, &held, &flags, NULL) < 0)
                return -1;
            Py_ssize_t held_length = PyBytes_GET_SIZE(held);
            Py_DECREF(held);
            if (held_length == 0 && decoded <= to_skip) {
                cookie->position += cookie->feed;
                to_skip -= decoded;
                cookie->flags = flags;
                cookie->feed = 0;
                decoded = 0;
            }
            if (decoded >= to_skip)
                break;
        }
        if (at == length) {
            /* The last characters come out only at the end of the file. */
            Py_ssize_t chars = count_decoded(self, "", 0, 1);
            if (chars < 0)
                return -1;
            cookie->need_eof = 1;
            if (decoded + chars < to_skip) {
                PyErr_SetString(PyExc_OSError, "can't reconstruct logical file position");
                return -1;
            }
        }
    }
    cookie->skip = (int)to_skip;
    return 0;
}

METHOD(textio, tell, "($self, /)", NULL)
static PyObject *
textio_tell(TextIO *self)
{
    if (textio_check_open(self) < 0)
        return NULL;
    if (!self->seekable)
        return io_unsupported("underlying stream is not seekable");
    if (!self->telling) {
        PyErr_SetString(PyExc_OSError, "telling position disabled by next() call");
        return NULL;
    }
    if (textio_flush_pending(self) < 0 || textio_call_flush(self) < 0)
        return NULL;
    PyObject *position = PyObject_CallMethodNoArgs(self->buffer, ID(tell));
    if (!position || !self->can_read || !self->snapshot_input)
        return position;
    if (self->snapshot_wide) {
        Py_DECREF(position);
        PyArg_Parse(self->snapshot_wide, "i", &(int){0});       /* OverflowError */
        return NULL;
    }
    Cookie cookie = {.position = io_offset(position), .flags = self->snapshot_flags};
    Py_DECREF(position);
    if (PyErr_Occurred())
        return NULL;
    PyObject *input = Py_NewRef(self->snapshot_input);
    cookie.position -= PyBytes_GET_SIZE(input);
    if (self->decoded_used == 0) {
        Py_DECREF(input);
        return pack_cookie(&cookie);
    }
    cookie.skip = (int)self->decoded_used;
    /* The search drives the real decoder, which must not remember it. */
    PyObject *saved = NULL;
    DecodeState saved_state = self->state;
    status found = -1;
    if (self->native_decoder || (saved = PyObject_CallMethodNoArgs(self->decoder, ID(getstate))))
        found = find_cookie(self, &cookie, PyBytes_AS_STRING(input), PyBytes_GET_SIZE(input));
    saved_state.newline.seen = self->state.newline.seen;
    self->state = saved_state;
    if (saved) {
        PyObject *type, *value, *tb;
        PyErr_Fetch(&type, &value, &tb);
        PyObject *done = PyObject_CallMethodOneArg(self->decoder, ID(setstate), saved);
        Py_DECREF(saved);
        io_chain(type, value, tb);
        if (!done)
            found = -1;
        Py_XDECREF(done);
    }
    Py_DECREF(input);
    return found < 0 ? NULL : pack_cookie(&cookie);
}

#include "gen/modules/_io/textio_seek.inc"
