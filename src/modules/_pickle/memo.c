/* The memo of a pickler: which objects are written already, and under which number.

   Open addressing by address; entries are never removed one by one.  The memo owns its keys, so that
   no address is used twice while it lives. */
#include "modules/_pickle/pickle.h"

enum { MEMO_MIN = 8 };

static status
memo_resize(Memo *memo, size_t at_least)
{
    size_t size = MEMO_MIN;
    while (size < at_least) {
        size <<= 1;
    }
    MemoEntry *old = memo->entries, *end = old == NULL ? NULL : old + memo->mask + 1;
    MemoEntry *entries = PyMem_Calloc(size, sizeof(MemoEntry));
    if (entries == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memo->entries = entries;
    memo->mask = size - 1;
    for (MemoEntry *entry = old; entry < end; entry++) {
        if (entry->key != NULL) {
            *memo_place(memo, entry->key) = *entry;
        }
    }
    PyMem_Free(old);
    return 0;
}

status
memo_set(Memo *memo, PyObject *key, Py_ssize_t number)
{
    if (memo->entries == NULL && memo_resize(memo, MEMO_MIN) < 0) {
        return -1;
    }
    MemoEntry *entry = memo_place(memo, key);
    entry->number = number;
    if (entry->key != NULL) {
        return 0;
    }
    entry->key = Py_NewRef(key);
    memo->used++;
    /* grow fast while small: an object that has many parts is written once */
    size_t used = (size_t)memo->used;
    if (used * 3 >= (memo->mask + 1) * 2) {
        return memo_resize(memo, used > 50000 ? used * 2 : used * 4);
    }
    return 0;
}

void
memo_clear(Memo *memo)
{
    Memo old = *memo;
    *memo = (Memo){NULL, 0, 0};
    if (old.entries != NULL) {
        for (size_t i = 0; i <= old.mask; i++) {
            Py_XDECREF(old.entries[i].key);
        }
        PyMem_Free(old.entries);
    }
}

/* Make `to`, which is empty, equal to `from`. */
status
memo_copy(Memo *to, const Memo *from)
{
    if (from->entries == NULL) {
        return 0;
    }
    size_t size = from->mask + 1;
    MemoEntry *entries = PyMem_Calloc(size, sizeof(MemoEntry));
    if (entries == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(entries, from->entries, size * sizeof(MemoEntry));
    for (size_t i = 0; i < size; i++) {
        Py_XINCREF(entries[i].key);
    }
    *to = (Memo){entries, from->mask, from->used};
    return 0;
}

/* What sys.getsizeof() counts: the table, and the head that the reference keeps with it. */
size_t
memo_bytes(const Memo *memo)
{
    size_t places = memo->entries == NULL ? MEMO_MIN : memo->mask + 1;
    return 32 + places * sizeof(MemoEntry);
}
