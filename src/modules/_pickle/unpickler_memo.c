/* The memo of an unpickler: number -> object.

   Picklers number from 0 without gaps, so it is an array.  A number far beyond what is there, which
   only a forged pickle has, goes to a dict: it costs no more memory than the pickle has bytes. */
#include "modules/_pickle/pickle.h"

enum { MEMO_SLACK = 1 << 16 };

static status
memo_reserve(Unpickler *self, Py_ssize_t size)
{
    PyObject **memo = self->memo;
    PyMem_RESIZE(memo, PyObject *, (size_t)size);
    if (memo == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memset(memo + self->memo_size, 0, (size_t)(size - self->memo_size) * sizeof(PyObject *));
    self->memo = memo;
    self->memo_size = size;
    return 0;
}

/* Store in the dict. */
static status
set_rest(Unpickler *self, Py_ssize_t index, PyObject *value)
{
    if (self->memo_rest == NULL && (self->memo_rest = PyDict_New()) == NULL) {
        return -1;
    }
    PyObject *key = PyLong_FromSsize_t(index);
    if (key == NULL) {
        return -1;
    }
    Py_ssize_t before = PyDict_GET_SIZE(self->memo_rest);
    status result = PyDict_SetItem(self->memo_rest, key, value);
    Py_DECREF(key);
    if (result == 0 && self->memo_rest != NULL) {
        self->memo_used += PyDict_GET_SIZE(self->memo_rest) - before;
    }
    return result;
}

/* unpickler_memo_set() where the array does not reach or is not all. */
status
unpickler_memo_grow(Unpickler *self, Py_ssize_t index, PyObject *value)
{
    if (self->memo_rest != NULL) {
        PyObject *key = PyLong_FromSsize_t(index);
        truth there = key == NULL ? -1 : PyDict_Contains(self->memo_rest, key);
        Py_XDECREF(key);
        if (there != 0) {
            return there < 0 ? -1 : set_rest(self, index, value);
        }
    }
    if (index >= self->memo_size) {
        if (index - MEMO_SLACK > 4 * self->memo_used) {
            return set_rest(self, index, value);
        }
        if (memo_reserve(self, index < 16 ? 32 : index * 2) < 0) {
            return -1;
        }
    }
    PyObject *old = self->memo[index];
    self->memo[index] = Py_NewRef(value);
    self->memo_used += old == NULL;
    Py_XDECREF(old);
    return 0;
}

/* unpickler_memo_peek() where the array has nothing. */
PyObject *
unpickler_memo_missing(Unpickler *self, Py_ssize_t index)
{
    if (self->memo_rest != NULL) {
        PyObject *key = PyLong_FromSsize_t(index);
        PyObject *value = key == NULL ? NULL : PyDict_GetItemWithError(self->memo_rest, key);
        Py_XDECREF(key);
        if (value != NULL || PyErr_Occurred()) {
            return value;
        }
    }
    PyErr_Format(self->state->unpickling_error, "Memo value not found at index %ld", (long)index);
    return NULL;
}

void
unpickler_memo_clear(Unpickler *self)
{
    PyObject **memo = self->memo;
    Py_ssize_t size = self->memo_size;
    self->memo = NULL;
    self->memo_size = self->memo_used = 0;
    Py_CLEAR(self->memo_rest);
    while (--size >= 0) {
        Py_XDECREF(memo[size]);
    }
    PyMem_Free(memo);
}

/* ---- the memo as users see it ----------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Unpickler *unpickler;
} UnpicklerMemo;

static PyTypeObject unpicklermemo_type;

PyObject *
unpickler_memo_new(Unpickler *unpickler)
{
    UnpicklerMemo *self = PyObject_GC_New(UnpicklerMemo, &unpicklermemo_type);
    if (self != NULL) {
        self->unpickler = (Unpickler *)Py_NewRef(unpickler);
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

METHOD(unpicklermemo, clear, "($self, /)", "Remove all entries.")
static PyObject *
unpicklermemo_clear(UnpicklerMemo *self)
{
    unpickler_memo_clear(self->unpickler);
    Py_RETURN_NONE;
}

METHOD(unpicklermemo, copy, "($self, /)", "A dict from number to object.")
static PyObject *
unpicklermemo_copy(UnpicklerMemo *self)
{
    Unpickler *unpickler = self->unpickler;
    PyObject *result = PyDict_New();
    if (result == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < unpickler->memo_size; i++) {
        PyObject *value = Py_XNewRef(unpickler->memo[i]);
        if (value == NULL) {
            continue;
        }
        PyObject *key = PyLong_FromSsize_t(i);
        status err = key == NULL ? -1 : PyDict_SetItem(result, key, value);
        Py_XDECREF(key);
        Py_DECREF(value);
        if (err < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    if (unpickler->memo_rest != NULL && PyDict_Update(result, unpickler->memo_rest) < 0) {
        Py_CLEAR(result);
    }
    return result;
}

METHOD(unpicklermemo, __reduce__, "($self, /)", "State for pickling.")
static PyObject *
unpicklermemo___reduce__(UnpicklerMemo *self)
{
    PyObject *copy = unpicklermemo_copy(self);
    return copy == NULL ? NULL : Py_BuildValue("(O(N))", &PyDict_Type, copy);
}

static int
unpicklermemo_tp_traverse(UnpicklerMemo *self, visitproc visit, void *arg)
{
    Py_VISIT(self->unpickler);
    return 0;
}

static int
unpicklermemo_tp_clear(UnpicklerMemo *self)
{
    Py_CLEAR(self->unpickler);
    return 0;
}

static void
unpicklermemo_tp_dealloc(UnpicklerMemo *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->unpickler);
    PyObject_GC_Del(self);
}

TYPE(unpicklermemo, unpicklermemo_type, "_pickle.UnpicklerMemoProxy", UnpicklerMemo, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_hash = PyObject_HashNotImplemented, .tp_getattro = PyObject_GenericGetAttr,
     .tp_setattro = PyObject_GenericSetAttr)

PyTypeObject *const pickle_unpickler_memo_type = &unpicklermemo_type;

/* The memo that an object, a view of another's or a dict, describes: swapped for the present one. */
status
unpickler_memo_assign(Unpickler *self, PyObject *value)
{
    Unpickler other = {.state = self->state};
    PyObject *dict, *key, *item;
    Py_ssize_t at = 0, index;
    if (Py_IS_TYPE(value, &unpicklermemo_type)) {
        dict = unpicklermemo_copy((UnpicklerMemo *)value);
        if (dict == NULL) {
            return -1;
        }
    }
    else if (PyDict_Check(value)) {
        dict = Py_NewRef(value);
    }
    else {
        PyErr_Format(PyExc_TypeError,
                     "'memo' attribute must be an UnpicklerMemoProxy object or dict, not %.200s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    status result = memo_reserve(&other, 32);
    while (result == 0 && PyDict_Next(dict, &at, &key, &item)) {
        if (!PyLong_Check(key)) {
            PyErr_SetString(PyExc_TypeError, "memo key must be integers");
            result = -1;
            break;
        }
        index = PyLong_AsSsize_t(key);
        if (index < 0) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_ValueError, "memo key must be positive integers.");
            }
            result = -1;
            break;
        }
        result = unpickler_memo_set(&other, index, item);
    }
    Py_DECREF(dict);
    if (result == 0) {
        Unpickler old = *self;
        self->memo = other.memo;
        self->memo_size = other.memo_size;
        self->memo_used = other.memo_used;
        self->memo_rest = other.memo_rest;
        other.memo = old.memo;
        other.memo_size = old.memo_size;
        other.memo_rest = old.memo_rest;
    }
    unpickler_memo_clear(&other);
    return result;
}

#include "gen/modules/_pickle/unpickler_memo.inc"
