/* What pwd and grp share: numbers of users and groups, and room for an entry of their databases. */
#ifndef KRAIT_MODULES_ACCOUNT_H
#define KRAIT_MODULES_ACCOUNT_H

#include <Python.h>
#include <errno.h>
#include <unistd.h>

/* A uid or gid as int; the largest, which stands for none, is -1. */
static inline PyObject *
account_number(unsigned int id)
{
    return id == (unsigned int)-1 ? PyLong_FromLong(-1) : PyLong_FromUnsignedLong(id);
}

/* The text of an entry; the caller frees `buffer`. */
struct AccountRoom {
    char *buffer;               /* NULL at first */
    size_t size;
};

/* Room for a first try (`hint` is what sysconf() recommends), then twice as much each time;
   -1 with MemoryError. */
static inline int
account_room(struct AccountRoom *room, int hint)
{
    long first = room->buffer == NULL ? sysconf(hint) : 0;
    size_t size = room->buffer != NULL ? 2 * room->size : first > 0 ? (size_t)first : 1024;
    char *bigger = size > PY_SSIZE_T_MAX ? NULL : PyMem_RawRealloc(room->buffer, size);
    if (bigger == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *room = (struct AccountRoom){bigger, size};
    return 0;
}

#endif
