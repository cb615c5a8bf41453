/* BufferedReader, BufferedWriter and BufferedRandom, for their files.

   One struct serves all three.  `buffer` is a window on the file:

       0 <= pos, raw_pos <= buffer_size            the logical and the raw stream's position
       [0, read_end)       holds bytes of the file; read_end == -1: nothing was read
       [write_pos, write_end)  must still be written; write_end == -1: nothing

   abs_pos is the raw stream's position in the file, or -1 if that is not known (it may change
   behind our back only through the raw stream itself, which callers must not do).

   Locking: a raw operation may run any Python code and other threads.  `owner` is the thread that
   is inside; because the GIL is held whenever it is looked at, entering costs one comparison, and
   the lock below it is used only to sleep.  A thread that enters twice (a signal handler, or a raw
   stream that calls back) gets RuntimeError. */
#ifndef KRAIT_MODULES_IO_BUFFERED_H
#define KRAIT_MODULES_IO_BUFFERED_H

#include "modules/_io/_io.h"

typedef struct {
    PyObject_HEAD
    PyObject *raw;
    char *buffer;
    Py_ssize_t buffer_size;
    off_t abs_pos;
    Py_ssize_t pos;
    Py_ssize_t raw_pos;
    Py_ssize_t read_end;
    Py_ssize_t write_pos;
    Py_ssize_t write_end;
    unsigned long owner;       /* 0: nobody */
    PyThread_type_lock wait;   /* made when a thread first has to wait */
    int waiters;
    char ok;
    char detached;
    char readable;
    char writable;
    char fast_raw;             /* exact types over an exact FileIO */
    char finalizing;
    Py_ssize_t unused[2];
    PyObject *dict;
    PyObject *weakrefs;
} Buffered;

_Static_assert(sizeof(Buffered) == 152, "BufferedReader.__basicsize__");
_Static_assert(offsetof(Buffered, dict) == 136, "BufferedReader.__dictoffset__");

#define WOULD_BLOCK (-2)

typedef Py_ssize_t optional_size;

/* -- buffered_raw.c ------------------------------------------------------------------------ */

/* ValueError for an object that is not made, or is detached; -1. */
status buffered_complain(Buffered *self);
/* Is it closed?  And 0, or -1 with ValueError(message), if it is. */
truth buffered_ask_closed(Buffered *self);
status buffered_check_open(Buffered *self, const char *message);
/* Sleep until the owner leaves, then be it. */
status buffered_wait_for_owner(Buffered *self);
/* BlockingIOError after `written` characters were taken; -1. */
status buffered_fail_would_block(Py_ssize_t written);

/* The raw stream's position, asked or remembered, and changed; -1 with an exception. */
off_t buffered_raw_tell(Buffered *self);
off_t buffered_known_raw_tell(Buffered *self);
off_t buffered_raw_seek(Buffered *self, off_t target, int whence);
/* raw.readinto() to memory: the count, 0 at the end, WOULD_BLOCK, or -1 with an exception. */
Py_ssize_t buffered_raw_read(Buffered *self, char *start, Py_ssize_t length);
/* raw.write() from memory: the count, WOULD_BLOCK, or -1 with an exception. */
Py_ssize_t buffered_raw_write(Buffered *self, const char *start, Py_ssize_t length);

/* -- buffered_write.c ---------------------------------------------------------------------- */

/* Write out what is dirty; the lock is held. */
status buffered_flush_dirty(Buffered *self);
/* The same, and put the raw stream where the reader is. */
status buffered_flush_and_rewind(Buffered *self);

/* -- buffered_read.c ----------------------------------------------------------------------- */

PyObject *buffered_iternext(Buffered *self);

/* -- the window ---------------------------------------------------------------------------- */

static inline status
buffered_check_initialised(Buffered *self)
{
    return likely(self->ok) ? 0 : buffered_complain(self);
}

static inline status
buffered_enter(Buffered *self)
{
    if (unlikely(self->owner))
        return buffered_wait_for_owner(self);
    self->owner = PyThread_get_thread_ident();
    return 0;
}

static inline void
buffered_leave(Buffered *self)
{
    self->owner = 0;
    if (unlikely(self->waiters))
        PyThread_release_lock(self->wait);
}

static inline int
has_read_data(const Buffered *self)
{
    return self->readable && self->read_end != -1;
}

static inline int
has_write_data(const Buffered *self)
{
    return self->writable && self->write_end != -1;
}

/* How many bytes can be read without asking the raw stream. */
static inline Py_ssize_t
read_ahead(const Buffered *self)
{
    return has_read_data(self) ? self->read_end - self->pos : 0;
}

/* How far the raw stream is ahead of the logical position. */
static inline Py_ssize_t
raw_offset(const Buffered *self)
{
    return (has_read_data(self) || has_write_data(self)) && self->raw_pos >= 0
               ? self->raw_pos - self->pos
               : 0;
}

static inline void
forget_read_data(Buffered *self)
{
    self->read_end = -1;
}

static inline void
forget_write_data(Buffered *self)
{
    self->write_pos = 0;
    self->write_end = -1;
}

#endif
