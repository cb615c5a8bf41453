/* array: sequences of numbers of one C type; array.h has the invariants. */
#include "modules/array/array.h"
#include <stddef.h>

struct ArrayIterator {
    PyObject_HEAD
    Py_ssize_t index;               /* of the next item */
    struct Array *seq;              /* NULL once exhausted */
    const struct ItemType *type;
};

static struct PyModuleDef array_module;

static struct ArrayState *
state_of(PyTypeObject *type)
{
    PyObject *module = PyType_GetModuleByDef(type, &array_module);
    return module ? PyModule_GetState(module) : NULL;
}

static bool
is_array(struct ArrayState *state, PyObject *op)
{
    return PyObject_TypeCheck(op, state->array_type);
}

/* ---- storage ---------------------------------------------------------------------------- */

static truth
may_resize(struct Array *self)
{
    if (self->exports == 0) return 1;
    PyErr_SetString(PyExc_BufferError, "cannot resize an array that is exporting buffers");
    return 0;
}

/* Make the size n; new items are not filled in. */
static status
resize(struct Array *self, Py_ssize_t n)
{
    if (n != Py_SIZE(self) && !may_resize(self)) return -1;
    if (self->allocated >= n && Py_SIZE(self) < n + 16 && self->items != NULL) {
        Py_SET_SIZE(self, n);
        return 0;
    }
    if (n == 0) {
        PyMem_Free(self->items);
        self->items = NULL;
        self->allocated = 0;
        Py_SET_SIZE(self, 0);
        return 0;
    }
    size_t room = ((size_t)n >> 4) + (Py_SIZE(self) < 8 ? 3 : 7) + (size_t)n;
    char *items = NULL;
    if (room <= PY_SSIZE_T_MAX / (size_t)self->type->itemsize) {
        items = PyMem_Realloc(self->items, room * (size_t)self->type->itemsize);
    }
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->items = items;
    self->allocated = (Py_ssize_t)room;
    Py_SET_SIZE(self, n);
    return 0;
}

/* A new array of n items, not filled in. */
static PyObject *
new_array(PyTypeObject *type, Py_ssize_t n, const struct ItemType *item_type)
{
    if (n < 0) {
        PyErr_BadInternalCall();
        return NULL;
    }
    if (n > PY_SSIZE_T_MAX / item_type->itemsize) return PyErr_NoMemory();
    struct Array *self = (struct Array *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    self->type = item_type;
    self->allocated = n;
    self->weakrefs = NULL;
    self->items = NULL;
    Py_SET_SIZE(self, n);
    if (n > 0) {
        self->items = PyMem_Malloc((size_t)n * (size_t)item_type->itemsize);
        if (self->items == NULL) {
            Py_SET_SIZE(self, 0);
            self->allocated = 0;
            Py_DECREF(self);
            return PyErr_NoMemory();
        }
    }
    self->exports = 0;
    return (PyObject *)self;
}

static void
array_tp_dealloc(struct Array *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) PyObject_ClearWeakRefs((PyObject *)self);
    PyMem_Free(self->items);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
array_tp_traverse(struct Array *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

/* ---- changing --------------------------------------------------------------------------- */

static status
insert_at(struct Array *self, Py_ssize_t where, PyObject *value)
{
    Py_ssize_t n = Py_SIZE(self);
    /* The value is checked first: nothing changes if it is bad. */
    if (self->type->set(NULL, value) < 0 || resize(self, n + 1) < 0) return -1;
    n = Py_SIZE(self) - 1;
    if (where < 0) {
        where += n;
        if (where < 0) where = 0;
    }
    if (where > n) where = n;
    if (where != n) {
        memmove(item_at(self, where + 1), item_at(self, where),
                (size_t)(n - where) * (size_t)self->type->itemsize);
    }
    return self->type->set(item_at(self, where), value);
}

/* Remove the items low..high-1. */
static status
delete_range(struct Array *self, Py_ssize_t low, Py_ssize_t high)
{
    Py_ssize_t n = Py_SIZE(self);
    if (low < 0) low = 0;
    if (low > n) low = n;
    if (high < low) high = low;
    if (high > n) high = n;
    if (low == high) return 0;
    if (!may_resize(self)) return -1;
    memmove(item_at(self, low), item_at(self, high),
            (size_t)(n - high) * (size_t)self->type->itemsize);
    return resize(self, n - (high - low));
}

/* Append the items of another array. */
static status
extend_by_array(struct Array *self, struct Array *other)
{
    if (self->type != other->type) {
        PyErr_SetString(PyExc_TypeError, "can only extend with array of same kind");
        return -1;
    }
    Py_ssize_t n = Py_SIZE(self), more = Py_SIZE(other);
    if (n > PY_SSIZE_T_MAX - more) {
        PyErr_NoMemory();
        return -1;
    }
    if (more == 0) return 0;
    if (resize(self, n + more) < 0) return -1;
    memcpy(item_at(self, n), other->items, (size_t)more * (size_t)self->type->itemsize);
    return 0;
}

static status
extend_by_iterable(struct Array *self, PyObject *iterable)
{
    PyObject *it = PyObject_GetIter(iterable), *item;
    if (it == NULL) return -1;
    while ((item = PyIter_Next(it)) != NULL) {
        status done = insert_at(self, Py_SIZE(self), item);
        Py_DECREF(item);
        if (done < 0) break;
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? -1 : 0;
}

static status
extend(struct ArrayState *state, struct Array *self, PyObject *other)
{
    return is_array(state, other) ? extend_by_array(self, (struct Array *)other)
                                  : extend_by_iterable(self, other);
}

static status
append_bytes(struct Array *self, const char *s, Py_ssize_t n)
{
    int size = self->type->itemsize;
    if (n % size != 0) {
        PyErr_SetString(PyExc_ValueError, "bytes length not a multiple of item size");
        return -1;
    }
    Py_ssize_t old = Py_SIZE(self), more = n / size;
    if (more == 0) return 0;
    if (old > PY_SSIZE_T_MAX - more) {
        PyErr_NoMemory();
        return -1;
    }
    if (resize(self, old + more) < 0) return -1;
    memcpy(item_at(self, old), s, (size_t)n);
    return 0;
}

static status
append_text(struct Array *self, PyObject *text)
{
    if (self->type->typecode != 'u') {
        PyErr_SetString(PyExc_ValueError,
                        "fromunicode() may only be called on unicode type arrays");
        return -1;
    }
    Py_ssize_t n = PyUnicode_AsWideChar(text, NULL, 0), old = Py_SIZE(self);
    if (n < 0) return -1;
    /* Without the final NUL. */
    n--;
    if (n == 0) return 0;
    if (resize(self, old + n) < 0) return -1;
    PyUnicode_AsWideChar(text, (wchar_t *)item_at(self, old), n);
    return 0;
}

/* Room for exactly n items in a new, empty array. */
static status
reserve(struct Array *self, Py_ssize_t n)
{
    if (n == 0) return 0;
    if (n <= PY_SSIZE_T_MAX / self->type->itemsize) {
        self->items = PyMem_Malloc((size_t)n * (size_t)self->type->itemsize);
    }
    if (self->items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->allocated = n;
    return 0;
}

/* ---- construction ----------------------------------------------------------------------- */

static PyObject *
array_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct ArrayState *state = state_of(type);
    if (state == NULL) return NULL;
    int typecode;
    PyObject *initial = NULL;
    if ((type == state->array_type || type->tp_init == state->array_type->tp_init)
        && !_PyArg_NoKeywords("array.array", kwargs)) {
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "C|O:array", &typecode, &initial)) return NULL;
    if (PySys_Audit("array.__new__", "CO", typecode, initial ? initial : Py_None) < 0) return NULL;
    if (initial != NULL && typecode != 'u') {
        if (PyUnicode_Check(initial)) {
            PyErr_Format(PyExc_TypeError,
                         "cannot use a str to initialize an array with typecode '%c'", typecode);
            return NULL;
        }
        if (is_array(state, initial) && ((struct Array *)initial)->type->typecode == 'u') {
            PyErr_Format(PyExc_TypeError, "cannot use a unicode array to initialize an array with "
                                          "typecode '%c'", typecode);
            return NULL;
        }
    }
    const struct ItemType *item_type = item_type_of(typecode);
    if (item_type == NULL) {
        PyErr_SetString(PyExc_ValueError,
                        "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
        return NULL;
    }
    struct Array *self = (struct Array *)new_array(type, 0, item_type);
    if (self == NULL || initial == NULL) return (PyObject *)self;
    status done;
    if (PyBytes_Check(initial) || PyByteArray_Check(initial)) {
        Py_buffer view;
        done = PyObject_GetBuffer(initial, &view, PyBUF_SIMPLE);
        if (done == 0) {
            done = append_bytes(self, view.buf, view.len);
            PyBuffer_Release(&view);
        }
    } else if (PyUnicode_Check(initial)) {
        Py_ssize_t n = PyUnicode_AsWideChar(initial, NULL, 0);
        done = n < 0 ? -1 : n > 1 ? reserve(self, n - 1) : 0;
        if (done == 0) done = append_text(self, initial);
    } else if (is_array(state, initial) && ((struct Array *)initial)->type == item_type) {
        done = extend_by_array(self, (struct Array *)initial);
    } else if (PyList_Check(initial) || PyTuple_Check(initial) || is_array(state, initial)) {
        Py_ssize_t n = PySequence_Size(initial);
        done = n < 0 ? -1 : reserve(self, n);
        for (Py_ssize_t i = 0; i < n && done == 0; i++) {
            PyObject *item = PySequence_GetItem(initial, i);
            done = item == NULL ? -1 : insert_at(self, Py_SIZE(self), item);
            Py_XDECREF(item);
        }
    } else {
        done = extend_by_iterable(self, initial);
    }
    if (done < 0) Py_CLEAR(self);
    return (PyObject *)self;
}

/* ---- slots ------------------------------------------------------------------------------ */

static PyObject *
array_tp_repr(struct Array *self)
{
    const char *name = strrchr(Py_TYPE(self)->tp_name, '.');
    name = name ? name + 1 : Py_TYPE(self)->tp_name;
    if (Py_SIZE(self) == 0) return PyUnicode_FromFormat("%s('%c')", name, self->type->typecode);
    PyObject *contents;
    if (self->type->typecode == 'u') {
        contents = PyUnicode_FromWideChar((wchar_t *)self->items, Py_SIZE(self));
    } else {
        contents = PyObject_CallMethod((PyObject *)self, "tolist", NULL);
    }
    if (contents == NULL) return NULL;
    PyObject *text = PyUnicode_FromFormat("%s('%c', %R)", name, self->type->typecode, contents);
    Py_DECREF(contents);
    return text;
}

/* Three-way comparison of integer items of one type. */
static int
compare_integers(const struct ItemType *type, const char *p, const char *q)
{
    uint64_t x = 0, y = 0;
    memcpy((char *)&x + (PY_BIG_ENDIAN ? 8 - type->itemsize : 0), p, (size_t)type->itemsize);
    memcpy((char *)&y + (PY_BIG_ENDIAN ? 8 - type->itemsize : 0), q, (size_t)type->itemsize);
    if (type->is_signed) {
        int shift = 64 - 8 * type->itemsize;
        int64_t a = (int64_t)(x << shift), b = (int64_t)(y << shift);
        return (a > b) - (a < b);
    }
    return (x > y) - (x < y);
}

static PyObject *
array_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    struct ArrayState *state = state_of(Py_TYPE(a));
    if (state == NULL) return NULL;
    if (!is_array(state, a) || !is_array(state, b)) Py_RETURN_NOTIMPLEMENTED;
    struct Array *x = (struct Array *)a, *y = (struct Array *)b;
    Py_ssize_t nx = Py_SIZE(x), ny = Py_SIZE(y), i = 0;
    if (nx != ny && (op == Py_EQ || op == Py_NE)) return PyBool_FromLong(op == Py_NE);
    if (x->type == y->type && (x->type->is_integer || x->type->typecode == 'u')) {
        int sign = 0;
        for (; i < nx && i < ny && sign == 0; i++) {
            sign = compare_integers(x->type, item_at(x, i), item_at(y, i));
        }
        if (sign == 0) Py_RETURN_RICHCOMPARE(nx, ny, op);
        Py_RETURN_RICHCOMPARE(sign, 0, op);
    }
    PyObject *u = NULL, *v = NULL, *result = NULL;
    for (; i < Py_SIZE(x) && i < Py_SIZE(y); i++) {
        u = get_item(x, i);
        if (u == NULL) return NULL;
        v = get_item(y, i);
        int equal = v == NULL ? -1 : PyObject_RichCompareBool(u, v, Py_EQ);
        if (equal == 0) break;
        Py_CLEAR(u);
        Py_CLEAR(v);
        if (equal < 0) return NULL;
    }
    if (u == NULL) Py_RETURN_RICHCOMPARE(Py_SIZE(x), Py_SIZE(y), op);
    if (op == Py_EQ || op == Py_NE) {
        result = PyBool_FromLong(op == Py_NE);
    } else {
        result = PyObject_RichCompare(u, v, op);
    }
    Py_DECREF(u);
    Py_DECREF(v);
    return result;
}

static Py_ssize_t
array_sq_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
array_sq_item(struct Array *self, Py_ssize_t i)
{
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "array index out of range");
        return NULL;
    }
    return get_item(self, i);
}

static int
array_sq_ass_item(struct Array *self, Py_ssize_t i, PyObject *value)
{
    if ((size_t)i >= (size_t)Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "array assignment index out of range");
        return -1;
    }
    if (value == NULL) return delete_range(self, i, i + 1);
    if (self->type->set(NULL, value) < 0) return -1;
    /* Converting the value may have made the array shorter. */
    if (i >= Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "array assignment index out of range");
        return -1;
    }
    char item[sizeof(double) > sizeof(long long) ? sizeof(double) : sizeof(long long)];
    if (self->type->set(item, value) < 0) return -1;
    if (i < Py_SIZE(self)) memcpy(item_at(self, i), item, (size_t)self->type->itemsize);
    return 0;
}

static PyObject *
array_sq_concat(struct Array *self, PyObject *other)
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return NULL;
    if (!is_array(state, other)) {
        PyErr_Format(PyExc_TypeError, "can only append array (not \"%.200s\") to array",
                     Py_TYPE(other)->tp_name);
        return NULL;
    }
    struct Array *b = (struct Array *)other;
    if (self->type != b->type) {
        PyErr_BadArgument();
        return NULL;
    }
    if (Py_SIZE(self) > PY_SSIZE_T_MAX - Py_SIZE(b)) return PyErr_NoMemory();
    size_t na = (size_t)Py_SIZE(self) * (size_t)self->type->itemsize;
    size_t nb = (size_t)Py_SIZE(b) * (size_t)self->type->itemsize;
    struct Array *r = (struct Array *)new_array(state->array_type, Py_SIZE(self) + Py_SIZE(b),
                                                self->type);
    if (r != NULL) {
        if (na) memcpy(r->items, self->items, na);
        if (nb) memcpy(r->items + na, b->items, nb);
    }
    return (PyObject *)r;
}

/* Copies of the first `unit` bytes fill `total`. */
static void
fill_by_doubling(char *p, size_t unit, size_t total)
{
    for (size_t filled = unit; filled < total;) {
        size_t take = filled < total - filled ? filled : total - filled;
        memcpy(p + filled, p, take);
        filled += take;
    }
}

static PyObject *
array_sq_repeat(struct Array *self, Py_ssize_t count)
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return NULL;
    if (count < 0) count = 0;
    Py_ssize_t n = Py_SIZE(self);
    if (n > 0 && count > PY_SSIZE_T_MAX / n) return PyErr_NoMemory();
    struct Array *r = (struct Array *)new_array(state->array_type, n * count, self->type);
    if (r != NULL && n * count > 0) {
        size_t unit = (size_t)n * (size_t)self->type->itemsize;
        memcpy(r->items, self->items, unit);
        fill_by_doubling(r->items, unit, unit * (size_t)count);
    }
    return (PyObject *)r;
}

static PyObject *
array_sq_inplace_concat(struct Array *self, PyObject *other)
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return NULL;
    if (!is_array(state, other)) {
        PyErr_Format(PyExc_TypeError, "can only extend array with array (not \"%.200s\")",
                     Py_TYPE(other)->tp_name);
        return NULL;
    }
    return extend(state, self, other) < 0 ? NULL : Py_NewRef(self);
}

static PyObject *
array_sq_inplace_repeat(struct Array *self, Py_ssize_t count)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n > 0 && count != 1) {
        if (count < 0) count = 0;
        if (count > 0 && (size_t)n * (size_t)self->type->itemsize
                             > (size_t)PY_SSIZE_T_MAX / (size_t)count) {
            return PyErr_NoMemory();
        }
        if (resize(self, n * count) < 0) return NULL;
        size_t unit = (size_t)n * (size_t)self->type->itemsize;
        if (count > 1) fill_by_doubling(self->items, unit, unit * (size_t)count);
    }
    return Py_NewRef(self);
}

static int
array_sq_contains(struct Array *self, PyObject *value)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = get_item(self, i);
        if (item == NULL) return -1;
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal != 0) return equal;
    }
    return 0;
}

static Py_ssize_t
array_mp_length(PyObject *self)
{
    return Py_SIZE(self);
}

static PyObject *
array_mp_subscript(struct Array *self, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return NULL;
        return array_sq_item(self, i < 0 ? i + Py_SIZE(self) : i);
    }
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "array indices must be integers");
        return NULL;
    }
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return NULL;
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return NULL;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    struct Array *r = (struct Array *)new_array(state->array_type, n, self->type);
    if (r == NULL || n == 0) return (PyObject *)r;
    size_t size = (size_t)self->type->itemsize;
    if (step == 1) {
        memcpy(r->items, item_at(self, start), (size_t)n * size);
    } else {
        for (Py_ssize_t i = 0; i < n; i++) {
            memcpy(item_at(r, i), item_at(self, start + i * step), size);
        }
    }
    return (PyObject *)r;
}

/* self[start:stop:step] = items of other (NULL deletes), which is not self. */
static status
assign_slice(struct Array *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step, Py_ssize_t n,
             struct Array *other)
{
    size_t size = (size_t)self->type->itemsize;
    Py_ssize_t needed = other ? Py_SIZE(other) : 0, old = Py_SIZE(self);
    if ((step > 0 && stop < start) || (step < 0 && stop > start)) stop = start;
    /* Checked before the arguments are found wrong in other ways. */
    if ((needed == 0 || n != needed) && !may_resize(self)) return -1;
    if (step == 1) {
        if (n > needed) {
            memmove(item_at(self, start + needed), item_at(self, stop), (size_t)(old - stop) * size);
            if (resize(self, old + needed - n) < 0) return -1;
        } else if (n < needed) {
            if (resize(self, old + needed - n) < 0) return -1;
            memmove(item_at(self, start + needed), item_at(self, stop), (size_t)(old - stop) * size);
        }
        if (needed > 0) memcpy(item_at(self, start), other->items, (size_t)needed * size);
        return 0;
    }
    if (needed == 0) {
        if (n == 0) return 0;
        if (step < 0) {
            start += step * (n - 1);
            step = -step;
        }
        Py_ssize_t kept = start;
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_ssize_t at = start + i * step, next = i + 1 < n ? at + step : old;
            memmove(item_at(self, kept), item_at(self, at + 1), (size_t)(next - at - 1) * size);
            kept += next - at - 1;
        }
        return resize(self, kept);
    }
    if (n != needed) {
        PyErr_Format(PyExc_ValueError,
                     "attempt to assign array of size %zd to extended slice of size %zd", needed, n);
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        memcpy(item_at(self, start + i * step), item_at(other, i), size);
    }
    return 0;
}

static int
array_mp_ass_subscript(struct Array *self, PyObject *key, PyObject *value)
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return -1;
    if (PyIndex_Check(key)) {
        Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (i == -1 && PyErr_Occurred()) return -1;
        return array_sq_ass_item(self, i < 0 ? i + Py_SIZE(self) : i, value);
    }
    if (!PySlice_Check(key)) {
        PyErr_SetString(PyExc_TypeError, "array indices must be integers");
        return -1;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) return -1;
    Py_ssize_t n = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    if (value == NULL) return assign_slice(self, start, stop, step, n, NULL);
    if (!is_array(state, value)) {
        PyErr_Format(PyExc_TypeError, "can only assign array (not \"%.200s\") to array slice",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    struct Array *other = (struct Array *)value;
    if (other->type != self->type) {
        PyErr_BadArgument();
        return -1;
    }
    if (other != self) return assign_slice(self, start, stop, step, n, other);
    PyObject *copy = new_array(state->array_type, Py_SIZE(self), self->type);
    if (copy == NULL) return -1;
    if (Py_SIZE(self)) {
        memcpy(((struct Array *)copy)->items, self->items,
               (size_t)Py_SIZE(self) * (size_t)self->type->itemsize);
    }
    status done = assign_slice(self, start, stop, step, n, (struct Array *)copy);
    Py_DECREF(copy);
    return done;
}

static int
array_bf_getbuffer(struct Array *self, Py_buffer *view, int flags)
{
    if (view == NULL) {
        PyErr_SetString(PyExc_BufferError, "array_buffer_getbuf: view==NULL argument is obsolete");
        return -1;
    }
    /* A place to point at even for an empty array. */
    static char nothing[1];
    view->buf = self->items ? self->items : nothing;
    view->obj = Py_NewRef(self);
    view->len = Py_SIZE(self) * self->type->itemsize;
    view->readonly = 0;
    view->ndim = 1;
    view->itemsize = self->type->itemsize;
    view->suboffsets = NULL;
    view->shape = flags & PyBUF_ND ? &((PyVarObject *)self)->ob_size : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &view->itemsize : NULL;
    view->format = flags & PyBUF_FORMAT ? (char *)self->type->format : NULL;
    view->internal = NULL;
    self->exports++;
    return 0;
}

static void
array_bf_releasebuffer(struct Array *self, Py_buffer *view)
{
    self->exports--;
}

/* ---- methods ---------------------------------------------------------------------------- */

METHOD(array, __copy__, "($self, /)", "A copy.")
static PyObject *
array___copy__(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return NULL;
    struct Array *r = (struct Array *)new_array(state->array_type, Py_SIZE(self), self->type);
    if (r != NULL && Py_SIZE(self)) {
        memcpy(r->items, self->items, (size_t)Py_SIZE(self) * (size_t)self->type->itemsize);
    }
    return (PyObject *)r;
}

METHOD(array, __deepcopy__, "($self, unused, /)", "A copy.")
static PyObject *
array___deepcopy__(struct Array *self, PyObject *unused)
{
    return array___copy__(self, NULL);
}

METHOD(array, __sizeof__, "($self, /)", "Size in memory, in bytes.")
static Py_ssize_t
array___sizeof__(struct Array *self)
{
    return Py_TYPE(self)->tp_basicsize + self->allocated * self->type->itemsize;
}

METHOD(array, append, "($self, v, /)", "Add v to the end.")
static status
array_append(struct Array *self, PyObject *v)
{
    return insert_at(self, Py_SIZE(self), v);
}

METHOD(array, buffer_info, "($self, /)", "(address, length): where the items are, and how many.")
static PyObject *
array_buffer_info(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *address = PyLong_FromVoidPtr(self->items);
    if (address == NULL) return NULL;
    return Py_BuildValue("(Nn)", address, Py_SIZE(self));
}

METHOD(array, byteswap, "($self, /)", "Turn the bytes of every item round.")
static PyObject *
array_byteswap(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    int size = self->type->itemsize;
    for (char *p = self->items, *end = p + Py_SIZE(self) * size; p < end; p += size) {
        for (int i = 0, j = size - 1; i < j; i++, j--) {
            char c = p[i];
            p[i] = p[j];
            p[j] = c;
        }
    }
    Py_RETURN_NONE;
}

METHOD(array, count, "($self, v, /)", "How often v occurs.")
static PyObject *
array_count(struct Array *self, PyObject *v)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = get_item(self, i);
        if (item == NULL) return NULL;
        int equal = PyObject_RichCompareBool(item, v, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) return NULL;
        count += equal;
    }
    return PyLong_FromSsize_t(count);
}

METHOD(array, extend, "($self, bb, /)", "Append the items of an iterable, or of an array of the same type.")
static status
array_extend(struct Array *self, PyTypeObject *defining_class, PyObject *bb)
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    return state ? extend(state, self, bb) : -1;
}

METHOD(array, frombytes, "($self, buffer, /)", "Append items from the bytes of a machine representation.")
static status
array_frombytes(struct Array *self, Py_buffer *buffer)
{
    if (buffer->itemsize != 1) {
        PyErr_SetString(PyExc_TypeError, "a bytes-like object is required");
        return -1;
    }
    return append_bytes(self, buffer->buf, buffer->len);
}

METHOD(array, fromfile, "($self, f, n, /)", "Append n items read from the file object f.")
static PyObject *
array_fromfile(struct Array *self, PyTypeObject *defining_class, PyObject *f, Py_ssize_t n)
{
    int size = self->type->itemsize;
    if (n < 0) {
        PyErr_SetString(PyExc_ValueError, "negative count");
        return NULL;
    }
    if (n > PY_SSIZE_T_MAX / size) return PyErr_NoMemory();
    PyObject *bytes = PyObject_CallMethod(f, "read", "n", n * size);
    if (bytes == NULL) return NULL;
    if (!PyBytes_Check(bytes)) {
        PyErr_SetString(PyExc_TypeError, "read() didn't return bytes");
        Py_DECREF(bytes);
        return NULL;
    }
    bool short_read = PyBytes_GET_SIZE(bytes) != n * size;
    status done = append_bytes(self, PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    if (done < 0) return NULL;
    if (short_read) {
        PyErr_SetString(PyExc_EOFError, "read() didn't return enough bytes");
        return NULL;
    }
    Py_RETURN_NONE;
}

METHOD(array, fromlist, "($self, list, /)", "Append the items of a list.")
static PyObject *
array_fromlist(struct Array *self, PyObject *list)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "arg must be list");
        return NULL;
    }
    Py_ssize_t n = PyList_GET_SIZE(list), old = Py_SIZE(self);
    if (n == 0) Py_RETURN_NONE;
    if (resize(self, old + n) < 0) return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *value = Py_NewRef(PyList_GET_ITEM(list, i));
        char item[16];
        status done = self->type->set(item, value);
        Py_DECREF(value);
        if (done == 0 && (n != PyList_GET_SIZE(list) || Py_SIZE(self) != old + n)) {
            PyErr_SetString(PyExc_RuntimeError, "list changed size during iteration");
            done = -1;
        }
        if (done < 0) {
            if (Py_SIZE(self) > old) resize(self, old);
            return NULL;
        }
        memcpy(item_at(self, old + i), item, (size_t)self->type->itemsize);
    }
    Py_RETURN_NONE;
}

METHOD(array, fromunicode, "($self, ustr, /)", "Append the characters of a str to an array of type 'u'.")
static status
array_fromunicode(struct Array *self, PyUnicodeObject *ustr)
{
    return append_text(self, (PyObject *)ustr);
}

METHOD(array, index, "($self, v, start=0, stop=sys.maxsize, /)",
       "Index of the first v; ValueError if there is none.")
static PyObject *
array_index(struct Array *self, PyObject *v, slice_index start, slice_index stop)
{
    if (start < 0) {
        start += Py_SIZE(self);
        if (start < 0) start = 0;
    }
    if (stop < 0) stop += Py_SIZE(self);
    for (Py_ssize_t i = start; i < stop && i < Py_SIZE(self); i++) {
        PyObject *item = get_item(self, i);
        if (item == NULL) return NULL;
        int equal = PyObject_RichCompareBool(item, v, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) return NULL;
        if (equal) return PyLong_FromSsize_t(i);
    }
    PyErr_SetString(PyExc_ValueError, "array.index(x): x not in array");
    return NULL;
}

METHOD(array, insert, "($self, i, v, /)", "Put v before the item at i.")
static status
array_insert(struct Array *self, Py_ssize_t i, PyObject *v)
{
    return insert_at(self, i, v);
}

METHOD(array, pop, "($self, i=-1, /)", "Remove the item at i (the last) and return it.")
static PyObject *
array_pop(struct Array *self, Py_ssize_t i)
{
    Py_ssize_t n = Py_SIZE(self);
    if (n == 0) {
        PyErr_SetString(PyExc_IndexError, "pop from empty array");
        return NULL;
    }
    if (i < 0) i += n;
    if ((size_t)i >= (size_t)n) {
        PyErr_SetString(PyExc_IndexError, "pop index out of range");
        return NULL;
    }
    PyObject *item = get_item(self, i);
    if (item != NULL && delete_range(self, i, i + 1) < 0) Py_CLEAR(item);
    return item;
}

METHOD(array, remove, "($self, v, /)", "Remove the first v; ValueError if there is none.")
static PyObject *
array_remove(struct Array *self, PyObject *v)
{
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = get_item(self, i);
        if (item == NULL) return NULL;
        int equal = PyObject_RichCompareBool(item, v, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) return NULL;
        if (equal) {
            if (delete_range(self, i, i + 1) < 0) return NULL;
            Py_RETURN_NONE;
        }
    }
    PyErr_SetString(PyExc_ValueError, "array.remove(x): x not in array");
    return NULL;
}

METHOD(array, reverse, "($self, /)", "Turn the order of the items round.")
static PyObject *
array_reverse(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    size_t size = (size_t)self->type->itemsize;
    char item[16];
    for (Py_ssize_t i = 0, j = Py_SIZE(self) - 1; i < j; i++, j--) {
        memcpy(item, item_at(self, i), size);
        memcpy(item_at(self, i), item_at(self, j), size);
        memcpy(item_at(self, j), item, size);
    }
    Py_RETURN_NONE;
}

METHOD(array, tobytes, "($self, /)", "The items as the bytes of their machine representation.")
PyObject *
array_tobytes(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    if (Py_SIZE(self) > PY_SSIZE_T_MAX / self->type->itemsize) return PyErr_NoMemory();
    return PyBytes_FromStringAndSize(self->items, Py_SIZE(self) * self->type->itemsize);
}

METHOD(array, tofile, "($self, f, /)", "Write the items as bytes to the file object f.")
static PyObject *
array_tofile(struct Array *self, PyTypeObject *defining_class, PyObject *f)
{
    enum { BLOCK = 64 * 1024 };
    Py_ssize_t total = Py_SIZE(self) * self->type->itemsize;
    for (Py_ssize_t at = 0; at < total; at += BLOCK) {
        PyObject *bytes = PyBytes_FromStringAndSize(self->items + at,
                                                    total - at < BLOCK ? total - at : BLOCK);
        PyObject *result = bytes ? PyObject_CallMethod(f, "write", "O", bytes) : NULL;
        Py_XDECREF(bytes);
        if (result == NULL) return NULL;
        Py_DECREF(result);
        /* write() may have changed the array. */
        if (Py_SIZE(self) * self->type->itemsize < total) {
            total = Py_SIZE(self) * self->type->itemsize;
        }
    }
    if (total == 0) {
        PyObject *write = PyObject_GetAttrString(f, "write");
        if (write == NULL) return NULL;
        Py_DECREF(write);
    }
    Py_RETURN_NONE;
}

METHOD(array, tolist, "($self, /)", "The items as a list.")
PyObject *
array_tolist(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(Py_SIZE(self));
    for (Py_ssize_t i = 0; list != NULL && i < Py_SIZE(self); i++) {
        PyObject *item = get_item(self, i);
        if (item == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, i, item);
        }
    }
    return list;
}

METHOD(array, tounicode, "($self, /)", "The characters of an array of type 'u' as a str.")
static PyObject *
array_tounicode(struct Array *self, PyObject *Py_UNUSED(ignored))
{
    if (self->type->typecode != 'u') {
        PyErr_SetString(PyExc_ValueError, "tounicode() may only be called on unicode type arrays");
        return NULL;
    }
    return PyUnicode_FromWideChar((wchar_t *)self->items, Py_SIZE(self));
}

GETTER(array, itemsize, "the size, in bytes, of one array item")
static PyObject *
array_get_itemsize(struct Array *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->type->itemsize);
}

GETTER(array, typecode, "the typecode character used to create the array")
static PyObject *
array_get_typecode(struct Array *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromOrdinal(self->type->typecode);
}

MEMBER(array, __weaklistoffset__, T_PYSSIZET, struct Array, weakrefs, READONLY, NULL)

/* ---- iterator --------------------------------------------------------------------------- */

static PyObject *
array_tp_iter(struct Array *self)
{
    struct ArrayState *state = state_of(Py_TYPE(self));
    if (state == NULL) return NULL;
    struct ArrayIterator *it = PyObject_GC_New(struct ArrayIterator, state->iterator_type);
    if (it == NULL) return NULL;
    it->index = 0;
    it->seq = (struct Array *)Py_NewRef(self);
    it->type = self->type;
    PyObject_GC_Track(it);
    return (PyObject *)it;
}

static void
array_iterator_tp_dealloc(struct ArrayIterator *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->seq);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int
array_iterator_tp_traverse(struct ArrayIterator *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->seq);
    return 0;
}

static PyObject *
array_iterator_tp_iternext(struct ArrayIterator *self)
{
    if (self->seq == NULL) return NULL;
    if (self->index < Py_SIZE(self->seq)) return self->type->get(item_at(self->seq, self->index++));
    Py_CLEAR(self->seq);
    return NULL;
}

METHOD(array_iterator, __reduce__, "($self, /)", "State for pickle.")
static PyObject *
array_iterator___reduce__(struct ArrayIterator *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *iter = _PyEval_GetBuiltin(ID(iter));
    if (iter == NULL) return NULL;
    if (self->seq == NULL) return Py_BuildValue("N(())", iter);
    return Py_BuildValue("N(O)n", iter, self->seq, self->index);
}

METHOD(array_iterator, __setstate__, "($self, state, /)", "Set the position from pickle's state.")
static PyObject *
array_iterator___setstate__(struct ArrayIterator *self, PyObject *state)
{
    Py_ssize_t index = PyLong_AsSsize_t(state);
    if (index == -1 && PyErr_Occurred()) return NULL;
    if (self->seq != NULL) {
        if (index < 0) index = 0;
        if (index > Py_SIZE(self->seq)) index = Py_SIZE(self->seq);
        self->index = index;
    }
    Py_RETURN_NONE;
}

HEAPTYPE(array_iterator, "array.arrayiterator", struct ArrayIterator, NULL, NULL,
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION
             | Py_TPFLAGS_IMMUTABLETYPE,
         {Py_tp_iter, PyObject_SelfIter}, {Py_tp_getattro, PyObject_GenericGetAttr})

HEAPTYPE(array, "array.array", struct Array, NULL,
         "array(typecode [, initializer]) -> array\n\n"
         "A mutable sequence of numbers, all of the C type that typecode tells:\n\n"
         "    b, B  signed, unsigned char      h, H  signed, unsigned short\n"
         "    i, I  signed, unsigned int       l, L  signed, unsigned long\n"
         "    q, Q  signed, unsigned long long f, d  float, double\n"
         "    u     character (wchar_t)\n\n"
         "The initializer is bytes in machine representation, a str for 'u', or an iterable of\n"
         "items.",
         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE
             | Py_TPFLAGS_SEQUENCE,
         {Py_tp_hash, PyObject_HashNotImplemented}, {Py_tp_alloc, PyType_GenericAlloc},
         {Py_tp_getattro, PyObject_GenericGetAttr})

/* ---- the module ------------------------------------------------------------------------- */

#include "gen/modules/array/array.inc"

/* collections.abc.MutableSequence.register(array) */
static status
register_sequence(PyTypeObject *type)
{
    PyObject *abc = PyImport_ImportModule("collections.abc");
    PyObject *base = abc ? PyObject_GetAttrString(abc, "MutableSequence") : NULL;
    PyObject *result = base ? PyObject_CallMethod(base, "register", "O", type) : NULL;
    Py_XDECREF(abc);
    Py_XDECREF(base);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
array_exec(PyObject *module)
{
    struct ArrayState *state = PyModule_GetState(module);
    state->array_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &array_spec, NULL);
    if (state->array_type == NULL) return -1;
    state->iterator_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &array_iterator_spec,
                                                                    NULL);
    if (state->iterator_type == NULL) return -1;
    if (PyModule_AddObjectRef(module, "ArrayType", (PyObject *)state->array_type) < 0
        || PyModule_AddType(module, state->array_type) < 0
        || register_sequence(state->array_type) < 0) {
        return -1;
    }
    char typecodes[ITEM_TYPES + 1] = {0};
    for (size_t i = 0; i < ITEM_TYPES; i++) typecodes[i] = item_types[i].typecode;
    return PyModule_AddStringConstant(module, "typecodes", typecodes);
}

static int
array_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct ArrayState *state = PyModule_GetState(module);
    Py_VISIT(state->array_type);
    Py_VISIT(state->iterator_type);
    return 0;
}

static int
array_clear(PyObject *module)
{
    struct ArrayState *state = PyModule_GetState(module);
    Py_CLEAR(state->array_type);
    Py_CLEAR(state->iterator_type);
    return 0;
}

static void
array_free(void *module)
{
    array_clear(module);
}

static PyModuleDef_Slot array_module_slots[] = {{Py_mod_exec, array_exec}, {0, NULL}};

static WRITTEN struct PyModuleDef array_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "array",
    .m_doc = PyDoc_STR("Compact sequences of numbers of one C type."),
    .m_size = sizeof(struct ArrayState),
    .m_methods = array_functions,
    .m_slots = array_module_slots,
    .m_traverse = array_traverse,
    .m_clear = array_clear,
    .m_free = array_free,
};

PyMODINIT_FUNC
PyInit_array(void)
{
    return PyModuleDef_Init(&array_module);
}
