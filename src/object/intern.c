/* Interned strings.

   Invariants
   - The table holds borrowed references: an interned string dies like any other and leaves the
     table on the way (intern_forget), so sys.getrefcount shows only real users.
   - Static names (ID(x), build/gen/names.c) are interned for ever; so are the one-character
     strings, which exist once anyway.
   - Every string in the table has its hash computed.
   - Behind the slots stand the lower halves of the hashes: strings passed over are not touched.
   The table serves the whole process: names are shared between interpreters. */
#include <Python.h>
#include <string.h>
#include "base/copy.h"
#include "base/os.h"
#include "object/intern.h"
#include "object/state.h"
#include "types/str.h"

#define TABLE (&_PyRuntime.str.interned)

extern PyObject *const krait_names[];
extern const Py_ssize_t krait_names_len;

static inline size_t
hash_of(PyObject *text)
{
    return (size_t)((PyASCIIObject *)text)->hash;
}

#define BYTES_PER_SLOT (sizeof(PyObject *) + sizeof(uint32_t))

static inline uint32_t *
halves_of(const struct InternTable *table)
{
    return (uint32_t *)(void *)(table->slots + table->mask + 1);
}

static inline void
put(struct InternTable *table, size_t at, PyObject *text)
{
    table->slots[at] = text;
    halves_of(table)[at] = (uint32_t)hash_of(text);
}

/* The slot where `text` stands or would stand. */
static size_t
probe(const struct InternTable *table, PyObject *text)
{
    const uint32_t *halves = halves_of(table);
    size_t i = hash_of(text) & table->mask;
    while (table->slots[i] != NULL) {
        if (halves[i] == (uint32_t)hash_of(text) &&
            (table->slots[i] == text || _PyUnicode_EQ(table->slots[i], text)))
            break;
        i = (i + 1) & table->mask;
    }
    return i;
}

/* Doubles the table when it is two thirds full.  -1 without an exception if memory is out. */
static status
make_room(struct InternTable *table)
{
    if (likely(table->slots != NULL && table->used * 3 < table->mask * 2))
        return 0;
    if (table->mask >= UINT32_MAX / 2)
        return table->used < table->mask ? 0 : -1; /* the halves tell no more places apart */
    struct InternTable bigger = {.mask = table->slots == NULL ? 8191 : table->mask * 2 + 1,
                                 .used = table->used};
    bigger.slots = os_map_touched((bigger.mask + 1) * BYTES_PER_SLOT);
    if (bigger.slots == NULL)
        return -1;
    if (table->slots != NULL) {
        for (size_t i = 0; i <= table->mask; i++) {
            PyObject *text = table->slots[i];
            if (text != NULL) {
                size_t at = hash_of(text) & bigger.mask;
                while (bigger.slots[at] != NULL)
                    at = (at + 1) & bigger.mask;
                put(&bigger, at, text);
            }
        }
        os_unmap(table->slots, (table->mask + 1) * BYTES_PER_SLOT);
    }
    *table = bigger;
    return 0;
}

/* The interned string equal to `text` (exact str, borrowed), or NULL without an error. */
PyObject *
intern_find(PyObject *text)
{
    if (TABLE->slots == NULL || PyObject_Hash(text) == -1)
        return NULL;
    return TABLE->slots[probe(TABLE, text)];
}

/* Replaces *p by the interned string of the same text.  Anything but an exact str is left alone;
   without memory the string just stays uninterned. */
void
PyUnicode_InternInPlace(PyObject **p)
{
    PyObject *text = *p;
    if (text == NULL || !PyUnicode_CheckExact(text) || PyUnicode_CHECK_INTERNED(text))
        return;
    if (PyUnicode_READY(text) < 0 || PyObject_Hash(text) == -1) {
        PyErr_Clear();
        return;
    }
    if (PyUnicode_GET_LENGTH(text) <= 1)
        *p = text = str_result_take(text);
    if (PyUnicode_CHECK_INTERNED(text) || make_room(TABLE) < 0)
        return;
    size_t at = probe(TABLE, text);
    PyObject *found = TABLE->slots[at];
    if (found != NULL) {
        Py_INCREF(found);
        Py_SETREF(*p, found);
        return;
    }
    if (!PyUnicode_IS_COMPACT(text)) { /* made by the wchar_t API: keep a compact twin */
        PyObject *twin = _PyUnicode_Copy(text);
        if (twin == NULL || PyObject_Hash(twin) == -1) {
            PyErr_Clear();
            return;
        }
        Py_SETREF(*p, twin);
        text = twin;
    }
    ((PyASCIIObject *)text)->state.interned = SSTATE_INTERNED_MORTAL;
    put(TABLE, at, text);
    TABLE->used++;
}

/* Deprecated: interned and never released. */
void
PyUnicode_InternImmortal(PyObject **p)
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning,
                     "PyUnicode_InternImmortal() is deprecated; use PyUnicode_InternInPlace() instead",
                     1) < 0)
        PyErr_WriteUnraisable(*p);
    PyUnicode_InternInPlace(p);
    if (PyUnicode_CHECK_INTERNED(*p) == SSTATE_INTERNED_MORTAL) {
        ((PyASCIIObject *)*p)->state.interned = SSTATE_INTERNED_IMMORTAL;
        Py_INCREF(*p);
    }
}

static bool
is_ascii(const char *data, Py_ssize_t n)
{
    uint64_t all = 0, word;
    for (; n >= 8; n -= 8, data += 8) {
        memcpy(&word, data, 8);
        all |= word;
    }
    for (; n > 0; n--)
        all |= (unsigned char)*data++;
    return (all & 0x8080808080808080) == 0;
}

PyObject *
intern_ascii(const char *data, Py_ssize_t n)
{
    struct InternTable *table = TABLE;
    if (n == 0)
        return str_new_empty();
    if (unlikely(n == 1 || make_room(table) < 0)) {
        PyObject *text = is_ascii(data, n) ? _PyUnicode_FromASCII(data, n) : NULL;
        PyUnicode_InternInPlace(&text);
        return text;
    }
    Py_hash_t hash = _Py_HashBytes(data, n);
    const uint32_t *halves = halves_of(table);
    size_t at = (size_t)hash & table->mask;
    for (; table->slots[at] != NULL; at = (at + 1) & table->mask) {
        PyASCIIObject *one = (PyASCIIObject *)table->slots[at];
        if (halves[at] == (uint32_t)hash && one->hash == hash && one->length == n && one->state.ascii &&
            memcmp(PyUnicode_1BYTE_DATA(one), data, (size_t)n) == 0)
            return Py_NewRef((PyObject *)one);
    }
    if (!is_ascii(data, n))
        return NULL;
    PyObject *text = PyUnicode_New(n, 0x7f);
    if (text == NULL)
        return NULL;
    copy_short(PyUnicode_1BYTE_DATA(text), data, (size_t)n);
    ((PyASCIIObject *)text)->hash = hash;
    ((PyASCIIObject *)text)->state.interned = SSTATE_INTERNED_MORTAL;
    put(table, at, text);
    table->used++;
    return text;
}

/* The interned string for UTF-8 text (new reference). */
PyObject *
PyUnicode_InternFromString(const char *cp)
{
    PyObject *text = intern_ascii(cp, (Py_ssize_t)strlen(cp));
    if (text != NULL || PyErr_Occurred())
        return text;
    text = PyUnicode_FromString(cp);
    if (text != NULL)
        PyUnicode_InternInPlace(&text);
    return text;
}

/* Takes a dying string out of the table; later members of its probe chain move up. */
void
intern_forget(PyObject *text)
{
    struct InternTable *table = TABLE;
    if (table->slots == NULL)
        return;
    uint32_t *halves = halves_of(table);
    size_t hole = probe(table, text);
    if (table->slots[hole] != text)
        return;
    for (size_t i = (hole + 1) & table->mask; table->slots[i] != NULL; i = (i + 1) & table->mask) {
        size_t home = halves[i] & table->mask;
        if (((i - home) & table->mask) >= ((i - hole) & table->mask)) {
            table->slots[hole] = table->slots[i];
            halves[hole] = halves[i];
            hole = i;
        }
    }
    table->slots[hole] = NULL;
    table->used--;
    ((PyASCIIObject *)text)->state.interned = SSTATE_NOT_INTERNED;
}

/* The string of an identifier made by _Py_IDENTIFIER (borrowed), created at first use. */
PyObject *
_PyUnicode_FromId(_Py_Identifier *id)
{
    Py_ssize_t index = __atomic_load_n(&id->index, __ATOMIC_RELAXED);
    if (index < 0) {
        index = __atomic_fetch_add(&_PyRuntime.str.next_id, 1, __ATOMIC_RELAXED);
        __atomic_store_n(&id->index, index, __ATOMIC_RELAXED);
    }
    if (index >= _PyRuntime.str.ids_room) {
        Py_ssize_t room = Py_MAX(16, index * 2);
        PyObject **ids = PyMem_RawRealloc(_PyRuntime.str.ids, (size_t)room * sizeof *ids);
        if (ids == NULL)
            return PyErr_NoMemory();
        memset(ids + _PyRuntime.str.ids_room, 0,
               (size_t)(room - _PyRuntime.str.ids_room) * sizeof *ids);
        _PyRuntime.str.ids = ids;
        _PyRuntime.str.ids_room = room;
    }
    PyObject *text = _PyRuntime.str.ids[index];
    if (text == NULL)
        text = _PyRuntime.str.ids[index] = PyUnicode_InternFromString(id->string);
    return text;
}

/* Makes the singletons and interns the static names.  Runs once, after hashing is seeded and
   before any other string exists. */
status
intern_init(void)
{
    if (TABLE->slots != NULL)
        return 0;
    if (str_init() < 0 || make_room(TABLE) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < krait_names_len; i++) {
        PyASCIIObject *name = (PyASCIIObject *)krait_names[i];
        if (name->length == 1) {
            Py_UCS1 ch = PyUnicode_1BYTE_DATA(name)[0];
            Py_SETREF(_PyRuntime.str.latin1[ch], Py_NewRef((PyObject *)name));
        }
        if (PyObject_Hash((PyObject *)name) == -1 || make_room(TABLE) < 0)
            return -1;
        put(TABLE, probe(TABLE, (PyObject *)name), (PyObject *)name);
        TABLE->used++;
        name->state.interned = SSTATE_INTERNED_IMMORTAL;
    }
    return 0;
}
