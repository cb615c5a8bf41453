/* Arrays in pickles: __reduce_ex__, and _array_reconstructor for the items of any machine. */
#include "modules/array/array.h"

/* How items look in a pickle: numbered pairs, little-endian first. */
struct MachineFormat {
    int size;
    bool is_signed;
    enum { INTEGER, FLOATING, TEXT } kind;
};

static const struct MachineFormat machine_formats[] = {
    {1, false, INTEGER}, {1, true, INTEGER}, {2, false, INTEGER}, {2, false, INTEGER},
    {2, true, INTEGER}, {2, true, INTEGER}, {4, false, INTEGER}, {4, false, INTEGER},
    {4, true, INTEGER}, {4, true, INTEGER}, {8, false, INTEGER}, {8, false, INTEGER},
    {8, true, INTEGER}, {8, true, INTEGER}, {4, false, FLOATING}, {4, false, FLOATING},
    {8, false, FLOATING}, {8, false, FLOATING}, {2, false, TEXT}, {2, false, TEXT},
    {4, false, TEXT}, {4, false, TEXT},
};

static inline bool
is_big_endian(int format)
{
    return format >= 2 && (format & 1);
}

/* The number of the format that items of a type have here. */
static int
machine_format_of(const struct ItemType *type)
{
    for (int i = 0; i < (int)ARRAY_LEN(machine_formats); i++) {
        const struct MachineFormat *f = &machine_formats[i];
        bool kind = type->is_integer ? f->kind == INTEGER
                                     : f->kind == (type->typecode == 'u' ? TEXT : FLOATING);
        if (kind && f->size == type->itemsize && f->is_signed == type->is_signed
            && (f->size == 1 || is_big_endian(i) == PY_BIG_ENDIAN)) {
            return i;
        }
    }
    return -1;
}

/* The items in bytes of another machine as a list. */
static PyObject *
list_from_machine(int format, PyObject *bytes)
{
    const struct MachineFormat *f = &machine_formats[format];
    if (PyBytes_GET_SIZE(bytes) % f->size != 0) {
        PyErr_SetString(PyExc_ValueError, "string length not a multiple of item size");
        return NULL;
    }
    int little = !is_big_endian(format);
    Py_ssize_t n = PyBytes_GET_SIZE(bytes) / f->size;
    const char *p = PyBytes_AS_STRING(bytes);
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++, p += f->size) {
        PyObject *item;
        if (f->kind == INTEGER) {
            item = _PyLong_FromByteArray((const unsigned char *)p, (size_t)f->size, little,
                                         f->is_signed);
        } else {
            item = PyFloat_FromDouble(f->size == 4 ? PyFloat_Unpack4(p, little)
                                                   : PyFloat_Unpack8(p, little));
        }
        if (item == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, i, item);
        }
    }
    return list;
}

/* arraytype(typecode, initial) */
static PyObject *
make_array(PyTypeObject *type, char typecode, PyObject *initial)
{
    PyObject *args = Py_BuildValue("(CO)", typecode, initial);
    if (args == NULL) return NULL;
    PyObject *self = type->tp_new(type, args, NULL);
    Py_DECREF(args);
    return self;
}

FUNCTION(array, _array_reconstructor,
         "($module, arraytype, typecode, mformat_code, items,\n                     /)",
         "Part of unpickling: an array from the machine representation of any machine.")
PyObject *
array__array_reconstructor(PyObject *module, PyObject *arraytype, char_arg typecode,
                           int mformat_code, PyObject *items)
{
    struct ArrayState *state = PyModule_GetState(module);
    if (!PyType_Check(arraytype)) {
        PyErr_Format(PyExc_TypeError, "first argument must be a type object, not %.200s",
                     Py_TYPE(arraytype)->tp_name);
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)arraytype;
    if (!PyType_IsSubtype(type, state->array_type)) {
        PyErr_Format(PyExc_TypeError, "%.200s is not a subtype of %.200s", type->tp_name,
                     state->array_type->tp_name);
        return NULL;
    }
    const struct ItemType *item_type = item_type_of(typecode);
    if (item_type == NULL) {
        PyErr_SetString(PyExc_ValueError, "second argument must be a valid type code");
        return NULL;
    }
    if (mformat_code < 0 || mformat_code >= (int)ARRAY_LEN(machine_formats)) {
        PyErr_SetString(PyExc_ValueError,
                        "third argument must be a valid machine format code.");
        return NULL;
    }
    if (!PyBytes_Check(items)) {
        PyErr_Format(PyExc_TypeError, "fourth argument should be bytes, not %.200s",
                     Py_TYPE(items)->tp_name);
        return NULL;
    }
    if (machine_format_of(item_type) == mformat_code) return make_array(type, (char)typecode, items);
    const struct MachineFormat *f = &machine_formats[mformat_code];
    PyObject *converted;
    if (f->kind == TEXT) {
        int order = is_big_endian(mformat_code) ? 1 : -1;
        const char *s = PyBytes_AS_STRING(items);
        Py_ssize_t n = PyBytes_GET_SIZE(items);
        /* The reference counts in pairs of units here. */
        if (n % (2 * f->size) != 0) {
            PyErr_SetString(PyExc_ValueError, "string length not a multiple of item size");
            return NULL;
        }
        converted = f->size == 2 ? PyUnicode_DecodeUTF16(s, n, "strict", &order)
                                 : PyUnicode_DecodeUTF32(s, n, "strict", &order);
    } else {
        converted = list_from_machine(mformat_code, items);
        if (f->kind == INTEGER && converted != NULL) {
            /* A type code that fits the format is better than one that may be narrower here. */
            for (size_t i = 0; i < ITEM_TYPES; i++) {
                const struct ItemType *other = &item_types[i];
                if (other->is_integer && other->itemsize == f->size
                    && other->is_signed == f->is_signed) {
                    if (!(item_type->itemsize == f->size && item_type->is_integer
                          && item_type->is_signed == f->is_signed)) {
                        typecode = other->typecode;
                    }
                    break;
                }
            }
        }
    }
    if (converted == NULL) return NULL;
    PyObject *self = make_array(type, (char)typecode, converted);
    Py_DECREF(converted);
    return self;
}

METHOD(array, __reduce_ex__, "($self, value, /)", "State for pickle.")
PyObject *
array___reduce_ex__(struct Array *self, PyTypeObject *defining_class, PyObject *value)
{
    if (!PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "__reduce_ex__ argument should be an integer");
        return NULL;
    }
    long protocol = PyLong_AsLong(value);
    if (protocol == -1 && PyErr_Occurred()) return NULL;
    PyObject *dict = NULL, *result = NULL;
    PyObject *name = PyUnicode_InternFromString("__dict__");
    if (name == NULL) return NULL;
    int found = _PyObject_LookupAttr((PyObject *)self, name, &dict);
    Py_DECREF(name);
    if (found < 0) return NULL;
    if (dict == NULL) dict = Py_NewRef(Py_None);
    int format = machine_format_of(self->type);
    if (format < 0 || protocol < 3) {
        /* Old protocols store the items one by one. */
        PyObject *list = array_tolist(self, NULL);
        if (list != NULL) {
            result = Py_BuildValue("O(CO)O", Py_TYPE(self), self->type->typecode, list, dict);
            Py_DECREF(list);
        }
    } else {
        PyObject *module = PyImport_ImportModule("array");
        PyObject *make = module ? PyObject_GetAttrString(module, "_array_reconstructor") : NULL;
        PyObject *bytes = make ? array_tobytes(self, NULL) : NULL;
        if (bytes != NULL) {
            result = Py_BuildValue("O(OCiO)O", make, Py_TYPE(self), self->type->typecode, format,
                                   bytes, dict);
        }
        Py_XDECREF(module);
        Py_XDECREF(make);
        Py_XDECREF(bytes);
    }
    Py_DECREF(dict);
    return result;
}

#include "gen/modules/array/pickle.inc"
