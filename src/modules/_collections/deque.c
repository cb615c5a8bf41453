/* collections.deque: a ring of references.

   Invariants
   - element i stands at items[(head + i) & (room - 1)]; room is a power of two, len <= room.
   - small deques use the room inside the object, as far as its size (fixed by the reference's) goes.
   - state changes with every change of length or order; an iterator that sees another state raises.
   - left is where the first element would stand in the first of a chain of 64-element blocks: the
     size that sys.getsizeof() reports is that of such a chain. */
#include "modules/_collections/collections.h"

enum { BLOCK = 64, CENTRE_LEFT = 32, INLINE_ROOM = 16 };

typedef struct {
    PyObject_VAR_HEAD                       /* ob_size: number of elements */
    PyObject **items;
    Py_ssize_t room, head;
    int left;
    size_t state;
    Py_ssize_t maxlen;                      /* -1: unbounded */
    PyObject *inline_items[INLINE_ROOM];
    void *reserved;                         /* keeps the size that programs see */
    PyObject *weakreflist;
} Deque;

_Static_assert(sizeof(Deque) == 216, "the size that programs see");

static PyTypeObject deque_type, dequeiter_type, dequereviter_type;
PyTypeObject *const collections_deque_type = &deque_type;
PyTypeObject *const collections_dequeiter_type = &dequeiter_type;
PyTypeObject *const collections_dequereviter_type = &dequereviter_type;

#define LEN(d) Py_SIZE(d)
#define AT(d, i) ((d)->items[((d)->head + (i)) & ((d)->room - 1)])

/* ---- storage ------------------------------------------------------------------------------ */

static status
deque_grow(Deque *self)
{
    Py_ssize_t room = self->room * 2;
    PyObject **items = PyMem_New(PyObject *, room);
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < LEN(self); i++) {
        items[i] = AT(self, i);
    }
    if (self->items != self->inline_items) {
        PyMem_Free(self->items);
    }
    self->items = items;
    self->room = room;
    self->head = 0;
    return 0;
}

static status
push_right_take(Deque *self, PyObject *item_take)
{
    if (LEN(self) == self->room && deque_grow(self) < 0) {
        Py_DECREF(item_take);
        return -1;
    }
    AT(self, LEN(self)) = item_take;
    Py_SET_SIZE(self, LEN(self) + 1);
    self->state++;
    return 0;
}

static status
push_left_take(Deque *self, PyObject *item_take)
{
    if (LEN(self) == self->room && deque_grow(self) < 0) {
        Py_DECREF(item_take);
        return -1;
    }
    self->head = (self->head - 1) & (self->room - 1);
    self->items[self->head] = item_take;
    Py_SET_SIZE(self, LEN(self) + 1);
    self->left = (self->left - 1) & (BLOCK - 1);
    self->state++;
    return 0;
}

/* The deque is not empty. */
static PyObject *
take_right(Deque *self)
{
    PyObject *item = AT(self, LEN(self) - 1);
    Py_SET_SIZE(self, LEN(self) - 1);
    if (LEN(self) == 0) {
        self->left = CENTRE_LEFT;
    }
    self->state++;
    return item;
}

static PyObject *
take_left(Deque *self)
{
    PyObject *item = self->items[self->head];
    self->head = (self->head + 1) & (self->room - 1);
    Py_SET_SIZE(self, LEN(self) - 1);
    self->left = LEN(self) == 0 ? CENTRE_LEFT : (self->left + 1) & (BLOCK - 1);
    self->state++;
    return item;
}

/* Put one at an end; the other end gives way if the deque is bounded. */
static status
append_right(Deque *self, PyObject *item)
{
    if (push_right_take(self, Py_NewRef(item)) < 0) {
        return -1;
    }
    if (self->maxlen >= 0 && LEN(self) > self->maxlen) {
        Py_DECREF(take_left(self));
        self->state--;                      /* one change, not two */
    }
    return 0;
}

static status
append_left(Deque *self, PyObject *item)
{
    if (push_left_take(self, Py_NewRef(item)) < 0) {
        return -1;
    }
    if (self->maxlen >= 0 && LEN(self) > self->maxlen) {
        Py_DECREF(take_right(self));
        self->state--;
    }
    return 0;
}

/* Drop all elements; the deque is valid and empty before the first destructor runs. */
static void
drop_all(Deque *self)
{
    PyObject *small[INLINE_ROOM], **items = self->items;
    Py_ssize_t n = LEN(self), head = self->head, room = self->room;
    bool heap = items != self->inline_items;
    if (!heap) {
        memcpy(small, items, sizeof(small));
        items = small;
    }
    self->items = self->inline_items;
    self->room = INLINE_ROOM;
    self->head = 0;
    self->left = CENTRE_LEFT;
    Py_SET_SIZE(self, 0);
    self->state++;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_DECREF(items[(head + i) & (room - 1)]);
    }
    if (heap) {
        PyMem_Free(items);
    }
}

/* ---- making ------------------------------------------------------------------------------- */

static PyObject *
deque_tp_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    Deque *self = (Deque *)type->tp_alloc(type, 0);
    if (self != NULL) {
        Py_SET_SIZE(self, 0);
        self->items = self->inline_items;
        self->room = INLINE_ROOM;
        self->head = 0;
        self->left = CENTRE_LEFT;
        self->state = 0;
        self->maxlen = -1;
        self->weakreflist = NULL;
    }
    return (PyObject *)self;
}

static PyObject *deque_extend(Deque *self, PyObject *iterable);

static int
deque_tp_init(Deque *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"iterable", "maxlen", NULL};
    PyObject *iterable = NULL, *bound = NULL;
    Py_ssize_t maxlen = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:deque", names, &iterable, &bound)) {
        return -1;
    }
    if (bound != NULL && bound != Py_None) {
        maxlen = PyLong_AsSsize_t(bound);
        if (maxlen == -1 && PyErr_Occurred()) {
            return -1;
        }
        if (maxlen < 0) {
            PyErr_SetString(PyExc_ValueError, "maxlen must be non-negative");
            return -1;
        }
    }
    self->maxlen = maxlen;
    if (LEN(self) > 0) {
        drop_all(self);
    }
    if (iterable != NULL) {
        PyObject *none = deque_extend(self, iterable);
        if (none == NULL) {
            return -1;
        }
        Py_DECREF(none);
    }
    return 0;
}

static void
deque_tp_dealloc(Deque *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, deque_tp_dealloc)
    if (self->weakreflist != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    drop_all(self);
    Py_TYPE(self)->tp_free(self);
    Py_TRASHCAN_END
}

static int
deque_tp_traverse(Deque *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = 0; i < LEN(self); i++) {
        Py_VISIT(AT(self, i));
    }
    return 0;
}

static int
deque_tp_clear(Deque *self)
{
    drop_all(self);
    return 0;
}

/* ---- methods ------------------------------------------------------------------------------ */

METHOD(deque, append, "!($self, item, /)", "Add an element to the right side.")
static status
deque_append(Deque *self, PyObject *item)
{
    return append_right(self, item);
}

METHOD(deque, appendleft, "!($self, item, /)", "Add an element to the left side.")
static status
deque_appendleft(Deque *self, PyObject *item)
{
    return append_left(self, item);
}

METHOD(deque, pop, "!($self, /)", "Remove and return the rightmost element.")
static PyObject *
deque_pop(Deque *self, PyObject *Py_UNUSED(ignored))
{
    if (LEN(self) == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from an empty deque");
        return NULL;
    }
    return take_right(self);
}

METHOD(deque, popleft, "!($self, /)", "Remove and return the leftmost element.")
static PyObject *
deque_popleft(Deque *self, PyObject *Py_UNUSED(ignored))
{
    if (LEN(self) == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from an empty deque");
        return NULL;
    }
    return take_left(self);
}

static PyObject *
extend_with(Deque *self, PyObject *iterable, status (*append)(Deque *, PyObject *), bool right)
{
    if ((PyObject *)self == iterable) {
        PyObject *list = PySequence_List(iterable);
        if (list == NULL) {
            return NULL;
        }
        PyObject *result = extend_with(self, list, append, right);
        Py_DECREF(list);
        return result;
    }
    PyObject *iter = PyObject_GetIter(iterable), *item;
    if (iter == NULL) {
        return NULL;
    }
    if (LEN(self) == 0) {
        self->left = right ? 1 : BLOCK - 1;
    }
    while ((item = PyIter_Next(iter)) != NULL) {
        status err = append(self, item);
        Py_DECREF(item);
        if (err < 0) {
            break;
        }
    }
    if (LEN(self) == 0) {
        self->left = CENTRE_LEFT;
    }
    Py_DECREF(iter);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

METHOD(deque, extend, "!($self, iterable, /)", "Add the elements of an iterable to the right side.")
static PyObject *
deque_extend(Deque *self, PyObject *iterable)
{
    return extend_with(self, iterable, append_right, true);
}

METHOD(deque, extendleft, "!($self, iterable, /)", "Add the elements of an iterable to the left side.")
static PyObject *
deque_extendleft(Deque *self, PyObject *iterable)
{
    return extend_with(self, iterable, append_left, false);
}

METHOD(deque, clear, "!($self, /)", "Remove all elements.")
static status
deque_clear(Deque *self)
{
    drop_all(self);
    return 0;
}

/* A deque of the same type with the same elements and bound. */
METHOD(deque, __copy__, "!($self, /)", "Return a shallow copy.")
METHOD(deque, copy, "!($self, /)", "Return a shallow copy.")
static PyObject *
deque_copy(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Deque *self = (Deque *)op;
    PyObject *result;
    if (Py_IS_TYPE(op, &deque_type)) {
        result = deque_tp_new(&deque_type, NULL, NULL);
        if (result == NULL) {
            return NULL;
        }
        ((Deque *)result)->maxlen = self->maxlen;
        PyObject *none = deque_extend((Deque *)result, op);
        if (none == NULL) {
            Py_DECREF(result);
            return NULL;
        }
        Py_DECREF(none);
        return result;
    }
    if (self->maxlen < 0) {
        result = PyObject_CallOneArg((PyObject *)Py_TYPE(op), op);
    }
    else {
        result = PyObject_CallFunction((PyObject *)Py_TYPE(op), "Oi", op, (int)self->maxlen);
    }
    if (result != NULL && !PyObject_TypeCheck(result, &deque_type)) {
        PyErr_Format(PyExc_TypeError, "%.200s() must return a deque, not %.200s",
                     Py_TYPE(op)->tp_name, Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    }
    return result;
}

/* Turn the ring by n places to the right. */
static void
turn(Deque *self, Py_ssize_t n)
{
    Py_ssize_t len = LEN(self);
    if (len <= 1) {
        return;
    }
    Py_ssize_t half = len >> 1;
    if (n > half || n < -half) {
        n %= len;
        if (n > half) {
            n -= len;
        }
        else if (n < -half) {
            n += len;
        }
    }
    self->left = (int)((self->left - n) & (BLOCK - 1));
    self->state++;
    for (; n > 0; n--) {
        PyObject *item = AT(self, len - 1);
        self->head = (self->head - 1) & (self->room - 1);
        self->items[self->head] = item;
    }
    for (; n < 0; n++) {
        PyObject *item = self->items[self->head];
        self->head = (self->head + 1) & (self->room - 1);
        AT(self, len - 1) = item;
    }
}

METHOD(deque, rotate, NULL,
       "Turn the deque n places to the right, to the left if n is negative.")
static PyObject *
deque_rotate(Deque *self, PyObject *const *args, Py_ssize_t nargs)
{
    Py_ssize_t n = 1;
    if (!_PyArg_CheckPositional("deque.rotate", nargs, 0, 1)) {
        return NULL;
    }
    if (nargs == 1) {
        PyObject *index = _PyNumber_Index(args[0]);
        n = index == NULL ? -1 : PyLong_AsSsize_t(index);
        Py_XDECREF(index);
        if (n == -1 && PyErr_Occurred()) {
            return NULL;
        }
    }
    turn(self, n);
    Py_RETURN_NONE;
}

METHOD(deque, reverse, "!($self, /)", "Reverse the order in place.")
static status
deque_reverse(Deque *self)
{
    for (Py_ssize_t i = 0, j = LEN(self) - 1; i < j; i++, j--) {
        PyObject *swap = AT(self, i);
        AT(self, i) = AT(self, j);
        AT(self, j) = swap;
    }
    return 0;
}

METHOD(deque, count, "!($self, value, /)", "Return how many elements equal the value.")
static PyObject *
deque_count(Deque *self, PyObject *value)
{
    size_t state = self->state;
    Py_ssize_t n = 0;
    for (Py_ssize_t i = 0; i < LEN(self); i++) {
        PyObject *item = Py_NewRef(AT(self, i));
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) {
            return NULL;
        }
        n += equal;
        if (state != self->state) {
            PyErr_SetString(PyExc_RuntimeError, "deque mutated during iteration");
            return NULL;
        }
    }
    return PyLong_FromSsize_t(n);
}

static int
deque_sq_contains(Deque *self, PyObject *value)
{
    size_t state = self->state;
    for (Py_ssize_t i = 0; i < LEN(self); i++) {
        PyObject *item = Py_NewRef(AT(self, i));
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal != 0) {
            return equal;
        }
        if (state != self->state) {
            PyErr_SetString(PyExc_RuntimeError, "deque mutated during iteration");
            return -1;
        }
    }
    return 0;
}

METHOD(deque, index, "~!($self, value, start=0, stop=sys.maxsize, /)",
       "Return the first index of the value between start and stop; ValueError if there is none.")
static PyObject *
deque_index(Deque *self, PyObject *value, slice_index start, slice_index stop)
{
    size_t state = self->state;
    Py_ssize_t len = LEN(self);
    start = start < 0 ? Py_MAX(start + len, 0) : start;
    stop = stop < 0 ? Py_MAX(stop + len, 0) : Py_MIN(stop, len);
    for (Py_ssize_t i = start; i < stop; i++) {
        PyObject *item = Py_NewRef(AT(self, i));
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal != 0) {
            return equal < 0 ? NULL : PyLong_FromSsize_t(i);
        }
        if (state != self->state) {
            PyErr_SetString(PyExc_RuntimeError, "deque mutated during iteration");
            return NULL;
        }
    }
    PyErr_Format(PyExc_ValueError, "%R is not in deque", value);
    return NULL;
}

/* Remove element i; its reference is the caller's. */
static PyObject *
take_at(Deque *self, Py_ssize_t i)
{
    PyObject *item = AT(self, i);
    if (i < LEN(self) / 2) {
        for (; i > 0; i--) {
            AT(self, i) = AT(self, i - 1);
        }
        take_left(self);
    }
    else {
        for (; i < LEN(self) - 1; i++) {
            AT(self, i) = AT(self, i + 1);
        }
        take_right(self);
    }
    return item;
}

METHOD(deque, remove, "!($self, value, /)", "Remove the first element that equals the value.")
static PyObject *
deque_remove(Deque *self, PyObject *value)
{
    size_t state = self->state;
    for (Py_ssize_t i = 0; i < LEN(self); i++) {
        PyObject *item = Py_NewRef(AT(self, i));
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) {
            return NULL;
        }
        if (state != self->state) {
            PyErr_SetString(PyExc_IndexError, "deque mutated during iteration");
            return NULL;
        }
        if (equal) {
            Py_DECREF(take_at(self, i));
            Py_RETURN_NONE;
        }
    }
    PyErr_Format(PyExc_ValueError, "%R is not in deque", value);
    return NULL;
}

METHOD(deque, insert, "~!($self, index, value, /)", "Insert a value before an index.")
static PyObject *
deque_insert(Deque *self, Py_ssize_t index, PyObject *value)
{
    Py_ssize_t len = LEN(self);
    if (self->maxlen >= 0 && len >= self->maxlen) {
        PyErr_SetString(PyExc_IndexError, "deque already at its maximum size");
        return NULL;
    }
    if (index < 0) {
        index = Py_MAX(index + len, 0);
    }
    index = Py_MIN(index, len);
    if (push_right_take(self, Py_NewRef(value)) < 0) {
        return NULL;
    }
    for (Py_ssize_t i = len; i > index; i--) {
        AT(self, i) = AT(self, i - 1);
    }
    AT(self, index) = value;
    Py_RETURN_NONE;
}

METHOD(deque, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
deque___reduce__(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Deque *self = (Deque *)op;
    PyObject *state = _PyObject_GetState(op), *iter;
    if (state == NULL) {
        return NULL;
    }
    iter = PyObject_GetIter(op);
    if (iter == NULL) {
        Py_DECREF(state);
        return NULL;
    }
    if (self->maxlen < 0) {
        return Py_BuildValue("O()NN", Py_TYPE(op), state, iter);
    }
    return Py_BuildValue("O(()n)NN", Py_TYPE(op), self->maxlen, state, iter);
}

METHOD(deque, __sizeof__, "!($self, /)", "Return the size of the deque in memory, in bytes.")
static Py_ssize_t
deque___sizeof__(Deque *self)
{
    Py_ssize_t blocks = (self->left + LEN(self) + BLOCK - 1) / BLOCK;
    return Py_TYPE(self)->tp_basicsize +
           Py_MAX(blocks, 1) * (BLOCK + 2) * (Py_ssize_t)sizeof(PyObject *);
}

CLASSMETHOD(deque, __class_getitem__, "!($type, item, /)", "Return a generic alias, as in deque[int].")
static PyObject *
deque___class_getitem__(PyObject *type, PyObject *item)
{
    return Py_GenericAlias(type, item);
}

GETTER(deque, maxlen, "The bound of the length, or None.")
static PyObject *
deque_get_maxlen(Deque *self, void *Py_UNUSED(closure))
{
    return self->maxlen < 0 ? Py_NewRef(Py_None) : PyLong_FromSsize_t(self->maxlen);
}

/* ---- slots -------------------------------------------------------------------------------- */

static Py_ssize_t
deque_sq_length(Deque *self)
{
    return LEN(self);
}

static PyObject *
deque_sq_item(Deque *self, Py_ssize_t i)
{
    if (i < 0 || i >= LEN(self)) {
        PyErr_SetString(PyExc_IndexError, "deque index out of range");
        return NULL;
    }
    return Py_NewRef(AT(self, i));
}

static int
deque_sq_ass_item(Deque *self, Py_ssize_t i, PyObject *value)
{
    if (i < 0 || i >= LEN(self)) {
        PyErr_SetString(PyExc_IndexError, "deque index out of range");
        return -1;
    }
    PyObject *old;
    if (value == NULL) {
        old = take_at(self, i);
    }
    else {
        old = AT(self, i);
        AT(self, i) = Py_NewRef(value);
    }
    Py_DECREF(old);
    return 0;
}

static PyObject *
deque_sq_inplace_concat(Deque *self, PyObject *other)
{
    PyObject *none = deque_extend(self, other);
    if (none == NULL) {
        return NULL;
    }
    Py_DECREF(none);
    return Py_NewRef(self);
}

static PyObject *
deque_sq_concat(Deque *self, PyObject *other)
{
    int is_deque = PyObject_IsInstance(other, (PyObject *)&deque_type);
    if (is_deque <= 0) {
        if (is_deque == 0) {
            PyErr_Format(PyExc_TypeError, "can only concatenate deque (not \"%.200s\") to deque",
                         Py_TYPE(other)->tp_name);
        }
        return NULL;
    }
    PyObject *copy = deque_copy((PyObject *)self, NULL);
    if (copy == NULL) {
        return NULL;
    }
    PyObject *none = deque_extend((Deque *)copy, other);
    if (none == NULL) {
        Py_DECREF(copy);
        return NULL;
    }
    Py_DECREF(none);
    return copy;
}

static PyObject *
deque_sq_inplace_repeat(Deque *self, Py_ssize_t n)
{
    Py_ssize_t len = LEN(self);
    if (len == 0 || n == 1) {
        return Py_NewRef(self);
    }
    if (n <= 0) {
        drop_all(self);
        return Py_NewRef(self);
    }
    if (len > PY_SSIZE_T_MAX / n / (Py_ssize_t)sizeof(PyObject *)) {
        return PyErr_NoMemory();
    }
    Py_ssize_t add = len * (n - 1);
    if (self->maxlen >= 0 && add > self->maxlen) {
        /* only the last maxlen elements stay: whole repetitions before them change nothing */
        Py_ssize_t whole = self->maxlen / len + 1;
        add = len * Py_MIN(n - 1, whole);
        Py_ssize_t rest = add;
        PyObject *seq = PySequence_Tuple((PyObject *)self);
        if (seq == NULL) {
            return NULL;
        }
        for (Py_ssize_t i = 0; i < rest; i++) {
            if (append_right(self, PyTuple_GET_ITEM(seq, i % len)) < 0) {
                Py_DECREF(seq);
                return NULL;
            }
        }
        Py_DECREF(seq);
        return Py_NewRef(self);
    }
    PyObject *seq = PySequence_Tuple((PyObject *)self);
    if (seq == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < add; i++) {
        if (append_right(self, PyTuple_GET_ITEM(seq, i % len)) < 0) {
            Py_DECREF(seq);
            return NULL;
        }
    }
    Py_DECREF(seq);
    return Py_NewRef(self);
}

static PyObject *
deque_sq_repeat(Deque *self, Py_ssize_t n)
{
    PyObject *copy = deque_copy((PyObject *)self, NULL);
    if (copy == NULL) {
        return NULL;
    }
    PyObject *result = deque_sq_inplace_repeat((Deque *)copy, n);
    Py_DECREF(copy);
    return result;
}

static PyObject *
deque_tp_repr(PyObject *self)
{
    int nested = Py_ReprEnter(self);
    if (nested != 0) {
        return nested > 0 ? PyUnicode_FromString("[...]") : NULL;
    }
    PyObject *list = PySequence_List(self), *result = NULL;
    if (list != NULL) {
        const char *name = _PyType_Name(Py_TYPE(self));
        Py_ssize_t maxlen = ((Deque *)self)->maxlen;
        result = maxlen >= 0 ? PyUnicode_FromFormat("%s(%R, maxlen=%zd)", name, list, maxlen)
                             : PyUnicode_FromFormat("%s(%R)", name, list);
        Py_DECREF(list);
    }
    Py_ReprLeave(self);
    return result;
}

static PyObject *
deque_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyObject_TypeCheck(a, &deque_type) || !PyObject_TypeCheck(b, &deque_type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Deque *v = (Deque *)a, *w = (Deque *)b;
    Py_ssize_t nv = LEN(v), nw = LEN(w);
    if ((op == Py_EQ || op == Py_NE) && (a == b || nv != nw)) {
        return PyBool_FromLong((a == b) == (op == Py_EQ));
    }
    size_t sv = v->state, sw = w->state;
    for (Py_ssize_t i = 0; i < nv && i < nw; i++) {
        PyObject *x = Py_NewRef(AT(v, i)), *y = Py_NewRef(AT(w, i)), *result = NULL;
        int equal = PyObject_RichCompareBool(x, y, Py_EQ);
        if (equal == 0) {
            result = op == Py_EQ || op == Py_NE ? PyBool_FromLong(op == Py_NE)
                                                : PyObject_RichCompare(x, y, op);
        }
        Py_DECREF(x);
        Py_DECREF(y);
        if (equal <= 0) {
            return result;
        }
        if (v->state != sv || w->state != sw) {
            PyErr_SetString(PyExc_RuntimeError, "deque mutated during iteration");
            return NULL;
        }
    }
    Py_RETURN_RICHCOMPARE(nv, nw, op);
}

static PyObject *deque_tp_iter(Deque *self);

TYPE(deque, deque_type, "collections.deque", Deque, NULL,
     "deque([iterable[, maxlen]]) -> a sequence that is quick at both ends",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE,
     .tp_hash = PyObject_HashNotImplemented, .tp_getattro = PyObject_GenericGetAttr,
     .tp_weaklistoffset = offsetof(Deque, weakreflist), .tp_alloc = PyType_GenericAlloc,
     .tp_free = PyObject_GC_Del)

/* ---- iterators ---------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Deque *deque;
    Py_ssize_t i;                   /* of the next element */
    Py_ssize_t left;                /* how many are to come */
    size_t state;
    void *reserved;                 /* keeps the size that programs see */
} DequeIter;

_Static_assert(sizeof(DequeIter) == 56, "the size that programs see");

static PyObject *
iter_new(PyTypeObject *type, Deque *deque)
{
    DequeIter *self = PyObject_GC_New(DequeIter, type);
    if (self == NULL) {
        return NULL;
    }
    self->deque = (Deque *)Py_NewRef(deque);
    self->left = LEN(deque);
    self->i = type == &dequereviter_type ? self->left - 1 : 0;
    self->state = deque->state;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *
deque_tp_iter(Deque *self)
{
    return iter_new(&dequeiter_type, self);
}

METHOD(deque, __reversed__, "!($self, /)", "Return an iterator from right to left.")
static PyObject *
deque___reversed__(Deque *self, PyObject *Py_UNUSED(ignored))
{
    return iter_new(&dequereviter_type, self);
}

static int
iter_traverse(DequeIter *self, visitproc visit, void *arg)
{
    Py_VISIT(self->deque);
    return 0;
}

static void
iter_dealloc(DequeIter *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->deque);
    PyObject_GC_Del(self);
}

static PyObject *
iter_step(DequeIter *self, int by)
{
    if (self->deque->state != self->state) {
        self->left = 0;
        PyErr_SetString(PyExc_RuntimeError, "deque mutated during iteration");
        return NULL;
    }
    if (self->left == 0) {
        return NULL;
    }
    PyObject *item = AT(self->deque, self->i);
    self->i += by;
    self->left--;
    return Py_NewRef(item);
}

static PyObject *
dequeiter_tp_iternext(DequeIter *self)
{
    return iter_step(self, 1);
}

static PyObject *
dequereviter_tp_iternext(DequeIter *self)
{
    return iter_step(self, -1);
}

/* (deque[, number of elements to skip]) */
static PyObject *
iter_make(PyTypeObject *type, PyObject *args)
{
    PyObject *deque;
    Py_ssize_t skip = 0;
    if (!PyArg_ParseTuple(args, "O!|n", &deque_type, &deque, &skip)) {
        return NULL;
    }
    DequeIter *self = (DequeIter *)iter_new(type, (Deque *)deque);
    if (self != NULL && skip > 0) {
        skip = Py_MIN(skip, self->left);
        self->i += type == &dequeiter_type ? skip : -skip;
        self->left -= skip;
    }
    return (PyObject *)self;
}

static PyObject *
dequeiter_tp_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    return iter_make(type, args);
}

static PyObject *
dequereviter_tp_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    return iter_make(type, args);
}

METHOD(dequeiter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
METHOD(dequereviter, __length_hint__, "!($self, /)", "How many steps are left, at a guess.")
static Py_ssize_t
dequeiter___length_hint__(DequeIter *self)
{
    return self->left;
}

METHOD(dequeiter, __reduce__, "!($self, /)", "State for pickling.")
METHOD(dequereviter, __reduce__, "!($self, /)", "State for pickling.")
static PyObject *
dequeiter___reduce__(DequeIter *self, PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("O(On)", Py_TYPE(self), self->deque, LEN(self->deque) - self->left);
}

TYPE(dequeiter, dequeiter_type, "_collections._deque_iterator", DequeIter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_dealloc = (destructor)iter_dealloc,
     .tp_traverse = (traverseproc)iter_traverse, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)
TYPE(dequereviter, dequereviter_type, "_collections._deque_reverse_iterator", DequeIter, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_dealloc = (destructor)iter_dealloc,
     .tp_traverse = (traverseproc)iter_traverse, .tp_getattro = PyObject_GenericGetAttr,
     .tp_iter = PyObject_SelfIter)

#include "gen/modules/_collections/deque.inc"
