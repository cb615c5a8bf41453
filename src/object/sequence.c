/* PySequence_*, PyMapping_*, PyIter_*: containers by protocol. */
#include "object/object.h"

static PyObject *
raise_null(void)
{
    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
    }
    return NULL;
}

static COLD PyObject *
raise_type(const char *format, PyObject *op)
{
    PyErr_Format(PyExc_TypeError, format, type_name(op));
    return NULL;
}

#define SQ(op) (Py_TYPE(op)->tp_as_sequence)
#define MP(op) (Py_TYPE(op)->tp_as_mapping)
#define HAS_SQ(op, slot) (SQ(op) != NULL && SQ(op)->slot != NULL)
#define HAS_MP(op, slot) (MP(op) != NULL && MP(op)->slot != NULL)

/* ---- size, concatenation, repetition ---------------------------------------------------------------- */

int
PySequence_Check(PyObject *op)
{
    return !PyDict_Check(op) && HAS_SQ(op, sq_item);
}

Py_ssize_t
PySequence_Size(PyObject *op)
{
    if (op == NULL) {
        raise_null();
        return -1;
    }
    if (HAS_SQ(op, sq_length)) {
        return SQ(op)->sq_length(op);
    }
    raise_type(HAS_MP(op, mp_length) ? "%.200s is not a sequence"
                                     : "object of type '%.200s' has no len()",
               op);
    return -1;
}

#undef PySequence_Length
Py_ssize_t
PySequence_Length(PyObject *op)
{
    return PySequence_Size(op);
}

/* Classes written in Python have number slots instead of sequence slots: ask them too. */
static PyObject *
try_binary(PyObject *a, PyObject *b, size_t offset)
{
    for (int side = 0; side < 2; side++) {
        PyNumberMethods *suite = Py_TYPE(side == 0 ? a : b)->tp_as_number;
        binaryfunc func = suite == NULL ? NULL : *(binaryfunc *)((char *)suite + offset);
        if (func != NULL) {
            PyObject *result = func(a, b);
            if (result != Py_NotImplemented) {
                return result;
            }
            Py_DECREF(result);
        }
        if (Py_IS_TYPE(a, Py_TYPE(b))) {
            break;
        }
    }
    return Py_NewRef(Py_NotImplemented);
}

/* a + b for sequences. */
PyObject *
PySequence_Concat(PyObject *a, PyObject *b)
{
    if (a == NULL || b == NULL) {
        return raise_null();
    }
    if (HAS_SQ(a, sq_concat)) {
        return SQ(a)->sq_concat(a, b);
    }
    if (PySequence_Check(a) && PySequence_Check(b)) {
        PyObject *result = try_binary(a, b, offsetof(PyNumberMethods, nb_add));
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    return raise_type("'%.200s' object can't be concatenated", a);
}

PyObject *
PySequence_InPlaceConcat(PyObject *a, PyObject *b)
{
    if (a == NULL || b == NULL) {
        return raise_null();
    }
    if (HAS_SQ(a, sq_inplace_concat)) {
        return SQ(a)->sq_inplace_concat(a, b);
    }
    if (HAS_SQ(a, sq_concat)) {
        return SQ(a)->sq_concat(a, b);
    }
    if (PySequence_Check(a) && PySequence_Check(b)) {
        PyObject *result = try_binary(a, b, offsetof(PyNumberMethods, nb_inplace_add));
        if (result == Py_NotImplemented) {
            Py_DECREF(result);
            result = try_binary(a, b, offsetof(PyNumberMethods, nb_add));
        }
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    return raise_type("'%.200s' object can't be concatenated", a);
}

static PyObject *
repeat_by_number(PyObject *op, Py_ssize_t count, bool inplace)
{
    PyObject *n = PyLong_FromSsize_t(count);
    if (n == NULL) {
        return NULL;
    }
    PyObject *result = Py_NewRef(Py_NotImplemented);
    if (inplace) {
        Py_SETREF(result, try_binary(op, n, offsetof(PyNumberMethods, nb_inplace_multiply)));
    }
    if (result == Py_NotImplemented) {
        Py_SETREF(result, try_binary(op, n, offsetof(PyNumberMethods, nb_multiply)));
    }
    Py_DECREF(n);
    return result;
}

/* op * count for sequences. */
PyObject *
PySequence_Repeat(PyObject *op, Py_ssize_t count)
{
    if (op == NULL) {
        return raise_null();
    }
    if (HAS_SQ(op, sq_repeat)) {
        return SQ(op)->sq_repeat(op, count);
    }
    if (PySequence_Check(op)) {
        PyObject *result = repeat_by_number(op, count, false);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    return raise_type("'%.200s' object can't be repeated", op);
}

PyObject *
PySequence_InPlaceRepeat(PyObject *op, Py_ssize_t count)
{
    if (op == NULL) {
        return raise_null();
    }
    if (HAS_SQ(op, sq_inplace_repeat)) {
        return SQ(op)->sq_inplace_repeat(op, count);
    }
    if (HAS_SQ(op, sq_repeat)) {
        return SQ(op)->sq_repeat(op, count);
    }
    if (PySequence_Check(op)) {
        PyObject *result = repeat_by_number(op, count, true);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    return raise_type("'%.200s' object can't be repeated", op);
}

/* ---- items by index ------------------------------------------------------------------------------------ */

/* A negative index counts from the end, if the sequence has a length. */
static status
absolute_index(PyObject *op, Py_ssize_t *index)
{
    if (*index < 0 && SQ(op)->sq_length != NULL) {
        Py_ssize_t length = SQ(op)->sq_length(op);
        if (length < 0) {
            return -1;
        }
        *index += length;
    }
    return 0;
}

/* op[index] */
PyObject *
PySequence_GetItem(PyObject *op, Py_ssize_t index)
{
    if (op == NULL) {
        return raise_null();
    }
    if (HAS_SQ(op, sq_item)) {
        return absolute_index(op, &index) < 0 ? NULL : SQ(op)->sq_item(op, index);
    }
    return raise_type(HAS_MP(op, mp_subscript) ? "%.200s is not a sequence"
                                               : "'%.200s' object does not support indexing",
                      op);
}

static int
assign_index(PyObject *op, Py_ssize_t index, PyObject *value, const char *missing)
{
    if (op == NULL) {
        raise_null();
        return -1;
    }
    if (HAS_SQ(op, sq_ass_item)) {
        return absolute_index(op, &index) < 0 ? -1 : SQ(op)->sq_ass_item(op, index, value);
    }
    raise_type(HAS_MP(op, mp_ass_subscript) ? "%.200s is not a sequence" : missing, op);
    return -1;
}

int
PySequence_SetItem(PyObject *op, Py_ssize_t index, PyObject *value)
{
    return assign_index(op, index, value, "'%.200s' object does not support item assignment");
}

int
PySequence_DelItem(PyObject *op, Py_ssize_t index)
{
    return assign_index(op, index, NULL, "'%.200s' object doesn't support item deletion");
}

static PyObject *
slice_of(Py_ssize_t start, Py_ssize_t stop)
{
    PyObject *first = PyLong_FromSsize_t(start), *last = PyLong_FromSsize_t(stop), *slice = NULL;
    if (first != NULL && last != NULL) {
        slice = PySlice_New(first, last, NULL);
    }
    Py_XDECREF(first);
    Py_XDECREF(last);
    return slice;
}

/* op[start:stop] */
PyObject *
PySequence_GetSlice(PyObject *op, Py_ssize_t start, Py_ssize_t stop)
{
    if (op == NULL) {
        return raise_null();
    }
    if (!HAS_MP(op, mp_subscript)) {
        return raise_type("'%.200s' object is unsliceable", op);
    }
    PyObject *slice = slice_of(start, stop);
    if (slice == NULL) {
        return NULL;
    }
    PyObject *result = MP(op)->mp_subscript(op, slice);
    Py_DECREF(slice);
    return result;
}

static int
assign_slice(PyObject *op, Py_ssize_t start, Py_ssize_t stop, PyObject *value, const char *missing)
{
    if (op == NULL) {
        raise_null();
        return -1;
    }
    if (!HAS_MP(op, mp_ass_subscript)) {
        raise_type(missing, op);
        return -1;
    }
    PyObject *slice = slice_of(start, stop);
    if (slice == NULL) {
        return -1;
    }
    int result = MP(op)->mp_ass_subscript(op, slice, value);
    Py_DECREF(slice);
    return result;
}

int
PySequence_SetSlice(PyObject *op, Py_ssize_t start, Py_ssize_t stop, PyObject *value)
{
    return assign_slice(op, start, stop, value,
                        "'%.200s' object doesn't support slice assignment");
}

int
PySequence_DelSlice(PyObject *op, Py_ssize_t start, Py_ssize_t stop)
{
    return assign_slice(op, start, stop, NULL, "'%.200s' object doesn't support slice deletion");
}

/* ---- as list or tuple ------------------------------------------------------------------------------------ */

/* tuple(op) */
PyObject *
PySequence_Tuple(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    if (PyTuple_CheckExact(op)) {
        return Py_NewRef(op);
    }
    if (PyList_CheckExact(op)) {
        return PyList_AsTuple(op);
    }
    PyObject *list = PySequence_List(op);
    if (list == NULL) {
        return NULL;
    }
    PyObject *tuple = PyList_AsTuple(list);
    Py_DECREF(list);
    return tuple;
}

/* op itself if it is a list or tuple, else a list of its items; TypeError with `message` if it is
   not iterable. */
PyObject *
PySequence_Fast(PyObject *op, const char *message)
{
    if (op == NULL) {
        return raise_null();
    }
    if (PyList_CheckExact(op) || PyTuple_CheckExact(op)) {
        return Py_NewRef(op);
    }
    PyObject *iterator = PyObject_GetIter(op);
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_SetString(PyExc_TypeError, message);
        }
        return NULL;
    }
    PyObject *list = PySequence_List(iterator);
    Py_DECREF(iterator);
    return list;
}

/* ---- searching ------------------------------------------------------------------------------------------ */

/* Go through op for `value`: how often it occurs, its first index (ValueError if missing), or whether
   it occurs, by `what` (PY_ITERSEARCH_*). */
Py_ssize_t
_PySequence_IterSearch(PyObject *op, PyObject *value, int what)
{
    if (op == NULL || value == NULL) {
        raise_null();
        return -1;
    }
    PyObject *iterator = PyObject_GetIter(op);
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            raise_type("argument of type '%.200s' is not iterable", op);
        }
        return -1;
    }
    Py_ssize_t result = 0;
    bool overflow = false;
    for (;;) {
        PyObject *item = PyIter_Next(iterator);
        if (item == NULL) {
            if (PyErr_Occurred()) {
                result = -1;
            }
            else if (what == PY_ITERSEARCH_INDEX) {
                PyErr_SetString(PyExc_ValueError, "sequence.index(x): x not in sequence");
                result = -1;
            }
            break;
        }
        int equal = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
        if (equal < 0) {
            result = -1;
            break;
        }
        if (equal && what != PY_ITERSEARCH_COUNT) {
            if (what == PY_ITERSEARCH_CONTAINS) {
                result = 1;
            }
            else if (overflow) {
                PyErr_SetString(PyExc_OverflowError, "index exceeds C integer size");
                result = -1;
            }
            break;
        }
        if (what == PY_ITERSEARCH_CONTAINS || (what == PY_ITERSEARCH_COUNT && !equal)) {
            continue;
        }
        if (result == PY_SSIZE_T_MAX) {
            if (what == PY_ITERSEARCH_COUNT) {
                PyErr_SetString(PyExc_OverflowError, "count exceeds C integer size");
                result = -1;
                break;
            }
            overflow = true;
        }
        else {
            result++;
        }
    }
    Py_DECREF(iterator);
    return result;
}

Py_ssize_t
PySequence_Count(PyObject *op, PyObject *value)
{
    return _PySequence_IterSearch(op, value, PY_ITERSEARCH_COUNT);
}

Py_ssize_t
PySequence_Index(PyObject *op, PyObject *value)
{
    return _PySequence_IterSearch(op, value, PY_ITERSEARCH_INDEX);
}

/* value in op */
int
PySequence_Contains(PyObject *op, PyObject *value)
{
    if (HAS_SQ(op, sq_contains)) {
        return SQ(op)->sq_contains(op, value);
    }
    return (int)_PySequence_IterSearch(op, value, PY_ITERSEARCH_CONTAINS);
}

#undef PySequence_In
int
PySequence_In(PyObject *op, PyObject *value)
{
    return PySequence_Contains(op, value);
}

/* ---- mappings --------------------------------------------------------------------------------------------- */

int
PyMapping_Check(PyObject *op)
{
    return op != NULL && HAS_MP(op, mp_subscript);
}

Py_ssize_t
PyMapping_Size(PyObject *op)
{
    if (op == NULL) {
        raise_null();
        return -1;
    }
    if (HAS_MP(op, mp_length)) {
        return MP(op)->mp_length(op);
    }
    raise_type(HAS_SQ(op, sq_length) ? "%.200s is not a mapping"
                                     : "object of type '%.200s' has no len()",
               op);
    return -1;
}

#undef PyMapping_Length
Py_ssize_t
PyMapping_Length(PyObject *op)
{
    return PyMapping_Size(op);
}

PyObject *
PyMapping_GetItemString(PyObject *op, const char *key)
{
    if (key == NULL) {
        return raise_null();
    }
    PyObject *text = PyUnicode_FromString(key);
    if (text == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(op, text);
    Py_DECREF(text);
    return result;
}

int
PyMapping_SetItemString(PyObject *op, const char *key, PyObject *value)
{
    if (key == NULL) {
        raise_null();
        return -1;
    }
    PyObject *text = PyUnicode_FromString(key);
    if (text == NULL) {
        return -1;
    }
    int result = PyObject_SetItem(op, text, value);
    Py_DECREF(text);
    return result;
}

/* Whether op[key] works; every exception counts as no. */
int
PyMapping_HasKeyString(PyObject *op, const char *key)
{
    PyObject *value = PyMapping_GetItemString(op, key);
    if (value == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(value);
    return 1;
}

int
PyMapping_HasKey(PyObject *op, PyObject *key)
{
    PyObject *value = PyObject_GetItem(op, key);
    if (value == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_DECREF(value);
    return 1;
}

static PyObject *
method_as_list(PyObject *op, PyObject *name)
{
    PyObject *view = PyObject_CallMethodNoArgs(op, name);
    if (view == NULL) {
        return NULL;
    }
    PyObject *iterator = PyObject_GetIter(view), *list = NULL;
    if (iterator == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Format(PyExc_TypeError, "%.200s.%U() returned a non-iterable (type %.200s)",
                         type_name(op), name, type_name(view));
        }
    }
    else {
        list = PySequence_List(iterator);
        Py_DECREF(iterator);
    }
    Py_DECREF(view);
    return list;
}

/* list(op.keys()) and so on. */
PyObject *
PyMapping_Keys(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    return PyDict_CheckExact(op) ? PyDict_Keys(op) : method_as_list(op, ID(keys));
}

PyObject *
PyMapping_Items(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    return PyDict_CheckExact(op) ? PyDict_Items(op) : method_as_list(op, ID(items));
}

PyObject *
PyMapping_Values(PyObject *op)
{
    if (op == NULL) {
        return raise_null();
    }
    return PyDict_CheckExact(op) ? PyDict_Values(op) : method_as_list(op, ID(values));
}

/* ---- iteration --------------------------------------------------------------------------------------------- */

/* tp_iternext of a class whose __next__ was removed. */
PyObject *
_PyObject_NextNotImplemented(PyObject *op)
{
    return raise_type("'%.200s' object is not iterable", op);
}

/* tp_iter of iterators. */
PyObject *
PyObject_SelfIter(PyObject *op)
{
    return Py_NewRef(op);
}

#undef PyIter_Check
int
PyIter_Check(PyObject *op)
{
    iternextfunc next = Py_TYPE(op)->tp_iternext;
    return next != NULL && next != _PyObject_NextNotImplemented;
}

int
PyAIter_Check(PyObject *op)
{
    PyAsyncMethods *suite = Py_TYPE(op)->tp_as_async;
    return suite != NULL && suite->am_anext != NULL &&
           suite->am_anext != _PyObject_NextNotImplemented;
}

/* iter(op) */
PyObject *
PyObject_GetIter(PyObject *op)
{
    getiterfunc iter = Py_TYPE(op)->tp_iter;
    if (iter == NULL) {
        return PySequence_Check(op) ? PySeqIter_New(op)
                                    : raise_type("'%.200s' object is not iterable", op);
    }
    PyObject *iterator = iter(op);
    if (iterator != NULL && !PyIter_Check(iterator)) {
        raise_type("iter() returned non-iterator of type '%.100s'", iterator);
        Py_CLEAR(iterator);
    }
    return iterator;
}

/* aiter(op) */
PyObject *
PyObject_GetAIter(PyObject *op)
{
    PyAsyncMethods *suite = Py_TYPE(op)->tp_as_async;
    if (suite == NULL || suite->am_aiter == NULL) {
        return raise_type("'%.200s' object is not an async iterable", op);
    }
    PyObject *iterator = suite->am_aiter(op);
    if (iterator != NULL && !PyAIter_Check(iterator)) {
        raise_type("aiter() returned not an async iterator of type '%.100s'", iterator);
        Py_CLEAR(iterator);
    }
    return iterator;
}

/* next(op): NULL without an exception at the end. */
PyObject *
PyIter_Next(PyObject *op)
{
    PyObject *item = Py_TYPE(op)->tp_iternext(op);
    if (item == NULL) {
        PyThreadState *tstate = tstate_get();
        if (err_occurred(tstate) && _PyErr_ExceptionMatches(tstate, PyExc_StopIteration)) {
            _PyErr_Clear(tstate);
        }
    }
    return item;
}

/* op.send(arg): PYGEN_NEXT with a yielded, PYGEN_RETURN with the returned value, PYGEN_ERROR. */
PySendResult
PyIter_Send(PyObject *op, PyObject *arg, PyObject **result)
{
    PyAsyncMethods *suite = Py_TYPE(op)->tp_as_async;
    if (suite != NULL && suite->am_send != NULL) {
        return suite->am_send(op, arg, result);
    }
    if (arg == Py_None && PyIter_Check(op)) {
        *result = Py_TYPE(op)->tp_iternext(op);
    }
    else {
        *result = PyObject_CallMethodOneArg(op, ID(send), arg);
    }
    if (*result != NULL) {
        return PYGEN_NEXT;
    }
    return _PyGen_FetchStopIterationValue(result) == 0 ? PYGEN_RETURN : PYGEN_ERROR;
}

/* ---- arguments for exec --------------------------------------------------------------------------------------- */

void
_Py_FreeCharPArray(char *const *array)
{
    for (Py_ssize_t i = 0; array[i] != NULL; i++) {
        PyMem_Free(array[i]);
    }
    PyMem_Free((void *)array);
}

/* A sequence of bytes as a NULL-terminated array of C strings: free with _Py_FreeCharPArray. */
char *const *
_PySequence_BytesToCharpArray(PyObject *op)
{
    Py_ssize_t count = PySequence_Size(op);
    if (count == -1) {
        return NULL;
    }
    char **array = PyMem_New(char *, count + 1);
    if (array == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        array[i] = NULL;
        char *data;
        PyObject *item = PySequence_GetItem(op, i);
        if (item == NULL || PyBytes_AsStringAndSize(item, &data, NULL) < 0) {
            Py_XDECREF(item);
            _Py_FreeCharPArray(array);
            return NULL;
        }
        Py_ssize_t size = PyBytes_GET_SIZE(item) + 1;
        array[i] = PyMem_Malloc(size);
        if (array[i] == NULL) {
            PyErr_NoMemory();
            Py_DECREF(item);
            _Py_FreeCharPArray(array);
            return NULL;
        }
        memcpy(array[i], data, size);
        Py_DECREF(item);
    }
    array[count] = NULL;
    return array;
}
