/* An extension that uses what the headers define inline: macros, inline functions, struct fields. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <structseq.h>
#include <frameobject.h>
#include <marshal.h>
#include <datetime.h>

/* ---- an object with a field of every kind, in a cycle if wanted, in a chain if wanted ---- */

typedef struct {
    PyObject_HEAD
    short a_short;
    int an_int;
    long a_long;
    float a_float;
    double a_double;
    const char *text;
    char inplace[8];
    PyObject *object;
    PyObject *object_ex;
    char a_char;
    signed char a_byte;
    unsigned char a_ubyte;
    unsigned short a_ushort;
    unsigned int a_uint;
    unsigned long a_ulong;
    char a_bool;
    long long a_longlong;
    unsigned long long a_ulonglong;
    Py_ssize_t a_ssize;
    PyObject *weaklist;
    PyObject *dict;
    vectorcallfunc vectorcall;
} Fields;

static PyMemberDef fields_members[] = {
    {"short_", T_SHORT, offsetof(Fields, a_short), 0, "a short"},
    {"int_", T_INT, offsetof(Fields, an_int), 0, NULL},
    {"long_", T_LONG, offsetof(Fields, a_long), 0, NULL},
    {"float_", T_FLOAT, offsetof(Fields, a_float), 0, NULL},
    {"double_", T_DOUBLE, offsetof(Fields, a_double), 0, NULL},
    {"text", T_STRING, offsetof(Fields, text), 0, NULL},
    {"inplace", T_STRING_INPLACE, offsetof(Fields, inplace), 0, NULL},
    {"object", T_OBJECT, offsetof(Fields, object), 0, NULL},
    {"object_ex", T_OBJECT_EX, offsetof(Fields, object_ex), 0, NULL},
    {"char_", T_CHAR, offsetof(Fields, a_char), 0, NULL},
    {"byte_", T_BYTE, offsetof(Fields, a_byte), 0, NULL},
    {"ubyte_", T_UBYTE, offsetof(Fields, a_ubyte), 0, NULL},
    {"ushort_", T_USHORT, offsetof(Fields, a_ushort), 0, NULL},
    {"uint_", T_UINT, offsetof(Fields, a_uint), 0, NULL},
    {"ulong_", T_ULONG, offsetof(Fields, a_ulong), 0, NULL},
    {"bool_", T_BOOL, offsetof(Fields, a_bool), 0, NULL},
    {"longlong_", T_LONGLONG, offsetof(Fields, a_longlong), 0, NULL},
    {"ulonglong_", T_ULONGLONG, offsetof(Fields, a_ulonglong), 0, NULL},
    {"ssize_", T_PYSSIZET, offsetof(Fields, a_ssize), 0, NULL},
    {"none", T_NONE, 0, READONLY, NULL},
    {"readonly", T_INT, offsetof(Fields, an_int), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyObject *
fields_get_twice(PyObject *self, void *closure)
{
    return PyLong_FromLong(((Fields *)self)->a_long * 2 + (closure != NULL));
}

static int
fields_set_twice(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete");
        return -1;
    }
    ((Fields *)self)->a_long = PyLong_AS_LONG(value) / 2;
    return PyErr_Occurred() ? -1 : 0;
}

static PyGetSetDef fields_getset[] = {
    {"twice", fields_get_twice, fields_set_twice, "twice the long", NULL},
    {"twice_more", fields_get_twice, NULL, NULL, (void *)1},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static int
fields_traverse(PyObject *op, visitproc visit, void *arg)
{
    Fields *self = (Fields *)op;
    Py_VISIT(self->object);
    Py_VISIT(self->object_ex);
    Py_VISIT(self->dict);
    return 0;
}

static int
fields_clear(PyObject *op)
{
    Fields *self = (Fields *)op;
    Py_CLEAR(self->object);
    Py_CLEAR(self->object_ex);
    Py_CLEAR(self->dict);
    return 0;
}

static void
fields_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    Py_TRASHCAN_BEGIN(op, fields_dealloc)
    if (((Fields *)op)->weaklist != NULL) {
        PyObject_ClearWeakRefs(op);
    }
    fields_clear(op);
    Py_TYPE(op)->tp_free(op);
    Py_TRASHCAN_END
}

static PyObject *
fields_call(PyObject *Py_UNUSED(self), PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t n = PyVectorcall_NARGS(nargsf);
    return Py_BuildValue("(nnO)", n, kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames),
                         n == 0 ? Py_None : args[0]);
}

static PyObject *
fields_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    Fields *self = (Fields *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->text = "text";
        strcpy(self->inplace, "here");
        self->a_char = 'c';
        self->vectorcall = fields_call;
    }
    return (PyObject *)self;
}

static PyObject *
fields_richcompare(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a) != Py_TYPE(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_RETURN_RICHCOMPARE(((Fields *)a)->a_long, ((Fields *)b)->a_long, op);
}

static Py_hash_t
fields_hash(PyObject *self)
{
    return ((Fields *)self)->a_long;
}

static PyTypeObject Fields_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext_full.Fields",
    .tp_basicsize = sizeof(Fields),
    .tp_dealloc = fields_dealloc,
    .tp_vectorcall_offset = offsetof(Fields, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_hash = fields_hash,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_doc = PyDoc_STR("Fields()\n--\n\nA field of every kind."),
    .tp_traverse = fields_traverse,
    .tp_clear = fields_clear,
    .tp_richcompare = fields_richcompare,
    .tp_weaklistoffset = offsetof(Fields, weaklist),
    .tp_members = fields_members,
    .tp_getset = fields_getset,
    .tp_dictoffset = offsetof(Fields, dict),
    .tp_new = fields_new,
};

/* ---- memory that is lent ---- */

typedef struct {
    PyObject_VAR_HEAD
    Py_ssize_t lent;
    unsigned char data[1];
} Block;

static int
block_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    Block *self = (Block *)op;
    if (PyBuffer_FillInfo(view, op, self->data, Py_SIZE(op), 0, flags) < 0) {
        return -1;
    }
    self->lent++;
    return 0;
}

static void
block_releasebuffer(PyObject *op, Py_buffer *Py_UNUSED(view))
{
    ((Block *)op)->lent--;
}

static Py_ssize_t
block_length(PyObject *op)
{
    return Py_SIZE(op);
}

static PyObject *
block_item(PyObject *op, Py_ssize_t i)
{
    if (i < 0 || i >= Py_SIZE(op)) {
        PyErr_SetString(PyExc_IndexError, "block index out of range");
        return NULL;
    }
    return PyLong_FromLong(((Block *)op)->data[i]);
}

static PyBufferProcs block_as_buffer = {block_getbuffer, block_releasebuffer};
static PySequenceMethods block_as_sequence = {.sq_length = block_length, .sq_item = block_item};

static PyTypeObject Block_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext_full.Block",
    .tp_basicsize = offsetof(Block, data),
    .tp_itemsize = 1,
    .tp_as_buffer = &block_as_buffer,
    .tp_as_sequence = &block_as_sequence,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
};

static PyObject *
make_block(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *bytes;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "y#:make_block", &bytes, &n)) {
        return NULL;
    }
    Block *block = PyObject_NewVar(Block, &Block_Type, n);
    if (block != NULL) {
        block->lent = 0;
        memcpy(block->data, bytes, (size_t)n);
    }
    return (PyObject *)block;
}

/* ---- one function for each family of macros ---- */

static PyObject *
containers(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *tuple = PyTuple_New(3), *list = PyList_New(2), *dict = PyDict_New();
    for (int i = 0; i < 3; i++) {
        PyTuple_SET_ITEM(tuple, i, PyLong_FromLong(i * 1000));
    }
    PyList_SET_ITEM(list, 0, Py_NewRef(PyTuple_GET_ITEM(tuple, 1)));
    PyList_SET_ITEM(list, 1, Py_NewRef(Py_None));
    PyDict_SetItemString(dict, "key", tuple);
    PyObject *set = PySet_New(tuple), *frozen = PyFrozenSet_New(list);
    PyObject *fast = PySequence_Fast(list, "no sequence"), *item = PySequence_ITEM(tuple, 2);
    PyObject *result = Py_BuildValue(
        "{s:(nnnn),s:(iiiii),s:(iiiii),s:(nOO),s:O}", "sizes", PyTuple_GET_SIZE(tuple), PyList_GET_SIZE(list),
        PyDict_GET_SIZE(dict), PySet_GET_SIZE(set), "checks", PyTuple_Check(tuple), PyTuple_CheckExact(list),
        PyList_Check(list), PyDict_CheckExact(dict), PyAnySet_Check(frozen), "sets", PySet_Check(set),
        PySet_CheckExact(frozen), PyFrozenSet_Check(frozen), PyFrozenSet_CheckExact(set),
        PyAnySet_CheckExact(dict), "fast", PySequence_Fast_GET_SIZE(fast), PySequence_Fast_GET_ITEM(fast, 0),
        PySequence_Fast_ITEMS(fast)[1], "item", item);
    Py_DECREF(tuple);
    Py_DECREF(list);
    Py_DECREF(dict);
    Py_DECREF(set);
    Py_DECREF(frozen);
    Py_DECREF(fast);
    Py_DECREF(item);
    return result;
}

static PyObject *
text(PyObject *Py_UNUSED(module), PyObject *arg)
{
    if (!PyUnicode_Check(arg) || PyUnicode_READY(arg) < 0) {
        return PyErr_Format(PyExc_TypeError, "%s is no str", Py_TYPE(arg)->tp_name);
    }
    Py_ssize_t n = PyUnicode_GET_LENGTH(arg);
    int kind = PyUnicode_KIND(arg);
    PyObject *copy = PyUnicode_New(n, PyUnicode_MAX_CHAR_VALUE(arg));
    if (copy == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyUnicode_WRITE(PyUnicode_KIND(copy), PyUnicode_DATA(copy), i,
                        PyUnicode_READ(kind, PyUnicode_DATA(arg), n - 1 - i));
    }
    Py_UCS4 first = n > 0 ? PyUnicode_READ_CHAR(arg, 0) : 0;
    return Py_BuildValue(
        "(NniiiiIiiiiiiiiiiii)", copy, n, kind, (int)PyUnicode_IS_ASCII(arg), (int)PyUnicode_IS_COMPACT(arg),
        PyUnicode_IS_COMPACT_ASCII(arg), PyUnicode_MAX_CHAR_VALUE(arg), Py_UNICODE_ISSPACE(first),
        Py_UNICODE_ISALPHA(first), Py_UNICODE_ISALNUM(first), Py_UNICODE_ISDECIMAL(first),
        Py_UNICODE_ISDIGIT(first), Py_UNICODE_ISUPPER(first), Py_UNICODE_ISLOWER(first),
        Py_UNICODE_ISTITLE(first), Py_UNICODE_ISPRINTABLE(first), Py_UNICODE_ISLINEBREAK(first),
        (int)Py_UNICODE_TOUPPER(first), Py_UNICODE_TODECIMAL(first));
}

static PyObject *
writer(PyObject *Py_UNUSED(module), PyObject *arg)
{
    _PyUnicodeWriter w;
    _PyUnicodeWriter_Init(&w);
    w.overallocate = 1;
    if (_PyUnicodeWriter_Prepare(&w, 3, 0x7f) < 0 || _PyUnicodeWriter_WriteASCIIString(&w, "abc", 3) < 0 ||
        _PyUnicodeWriter_WriteStr(&w, arg) < 0 || _PyUnicodeWriter_PrepareKind(&w, PyUnicode_2BYTE_KIND) < 0 ||
        _PyUnicodeWriter_WriteChar(&w, 0x20ac) < 0) {
        _PyUnicodeWriter_Dealloc(&w);
        return NULL;
    }
    return _PyUnicodeWriter_Finish(&w);
}

static PyObject *
surrogates(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    Py_UCS4 ch = 0x1f600;
    return Py_BuildValue("(IIIii)", (unsigned)Py_UNICODE_HIGH_SURROGATE(ch), (unsigned)Py_UNICODE_LOW_SURROGATE(ch),
                         (unsigned)Py_UNICODE_JOIN_SURROGATES(0xd83d, 0xde00), Py_UNICODE_IS_SURROGATE(0xd83d),
                         Py_UNICODE_IS_HIGH_SURROGATE(0xde00) + 2 * Py_UNICODE_IS_LOW_SURROGATE(0xde00));
}

static PyObject *
bytes_and_numbers(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *bytes, *array, *number;
    if (!PyArg_ParseTuple(args, "SYO!", &bytes, &array, &PyFloat_Type, &number)) {
        return NULL;
    }
    return Py_BuildValue("(y#y#dnnii)", PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes),
                         PyByteArray_AS_STRING(array), PyByteArray_GET_SIZE(array), PyFloat_AS_DOUBLE(number),
                         (Py_ssize_t)_PyObject_SIZE(Py_TYPE(number)), (Py_ssize_t)_PyObject_VAR_SIZE(&PyBytes_Type, 4),
                         Py_ISALPHA('x') != 0, Py_TOUPPER('x'));
}

static PyObject *
digits(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_ssize_t n = Py_ABS(Py_SIZE(arg));
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyList_SET_ITEM(list, i, PyLong_FromUnsignedLong(((PyLongObject *)arg)->ob_digit[i] & PyLong_MASK));
    }
    return list;
}

static PyObject *
functions(PyObject *module, PyObject *arg)
{
    if (PyFunction_Check(arg)) {
        PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(arg);
        PyObject *closure = PyFunction_GET_CLOSURE(arg), *defaults = PyFunction_GET_DEFAULTS(arg);
        PyObject *cell = closure == NULL ? NULL : PyTuple_GET_ITEM(closure, 0);
        return Py_BuildValue("(OiiinOOi)", code->co_name, code->co_argcount, code->co_flags & CO_VARARGS,
                             _Py_OPCODE(_PyCode_CODE(code)[0]) != 0, (Py_ssize_t)PyCode_GetNumFree(code),
                             cell == NULL ? Py_None : PyCell_GET(cell), defaults == NULL ? Py_None : defaults,
                             _PyCode_NBYTES(code) > 0);
    }
    if (PyMethod_Check(arg)) {
        return Py_BuildValue("(OO)", PyMethod_GET_FUNCTION(arg), PyMethod_GET_SELF(arg));
    }
    if (PyCFunction_Check(arg)) {
        PyObject *self = PyCFunction_GET_SELF(arg);
        return Py_BuildValue("(iiiO)", PyCFunction_GET_FLAGS(arg), PyCFunction_GET_FUNCTION(arg) != NULL,
                             self == module, PyCFunction_GET_CLASS(arg) == NULL ? Py_None : Py_True);
    }
    if (PyWeakref_Check(arg)) {
        return Py_NewRef(PyWeakref_GET_OBJECT(arg));
    }
    return PyUnicode_FromFormat("%d%d%d%d%d%d", PyGen_Check(arg), PyCoro_CheckExact(arg), PyModule_Check(arg),
                                PyExceptionInstance_Check(arg), PyType_Check(arg), PySlice_Check(arg));
}

static PyObject *
calls(PyObject *Py_UNUSED(module), PyObject *arg)
{
    _Py_IDENTIFIER(append);
    PyObject *list = PyList_New(0), *name = PyUnicode_FromString("append");
    PyObject *steps[] = {
        PyObject_CallMethodOneArg(list, name, arg),
        _PyObject_CallMethodIdOneArg(list, &PyId_append, Py_True),
        PyObject_CallMethod(list, "append", "s#", "text", (Py_ssize_t)2),
        PyObject_CallMethod(list, "append", "((ii))", 1, 2),
        _PyObject_CallMethodId(list, &PyId_append, "i", 7),
    };
    Py_DECREF(name);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(steps); i++) {
        if (steps[i] == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        Py_DECREF(steps[i]);
    }
    PyObject *copy = PyObject_CallFunction((PyObject *)&PyTuple_Type, "O", list);
    Py_DECREF(list);
    return copy;
}

static PyObject *
keywords(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"first", "second", "third", NULL};
    const char *first;
    Py_ssize_t length;
    int second = -1;
    PyObject *third = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s#|i$O:keywords", names, &first, &length, &second, &third)) {
        return NULL;
    }
    return Py_BuildValue("(s#iO)", first, length, second, third);
}

static PyObject *
dates(PyObject *Py_UNUSED(module), PyObject *arg)
{
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL) {
        return NULL;
    }
    if (PyDateTime_Check(arg)) {
        return Py_BuildValue("(iiiiiiiiO)", PyDateTime_GET_YEAR(arg), PyDateTime_GET_MONTH(arg), PyDateTime_GET_DAY(arg),
                             PyDateTime_DATE_GET_HOUR(arg), PyDateTime_DATE_GET_MINUTE(arg),
                             PyDateTime_DATE_GET_SECOND(arg), PyDateTime_DATE_GET_MICROSECOND(arg),
                             PyDateTime_DATE_GET_FOLD(arg), PyDateTime_DATE_GET_TZINFO(arg));
    }
    if (PyTime_Check(arg)) {
        return Py_BuildValue("(iiiiiO)", PyDateTime_TIME_GET_HOUR(arg), PyDateTime_TIME_GET_MINUTE(arg),
                             PyDateTime_TIME_GET_SECOND(arg), PyDateTime_TIME_GET_MICROSECOND(arg),
                             PyDateTime_TIME_GET_FOLD(arg), PyDateTime_TIME_GET_TZINFO(arg));
    }
    if (PyDelta_CheckExact(arg)) {
        return Py_BuildValue("(iii)", PyDateTime_DELTA_GET_DAYS(arg), PyDateTime_DELTA_GET_SECONDS(arg),
                             PyDateTime_DELTA_GET_MICROSECONDS(arg));
    }
    return Py_BuildValue("(NNNNNNO)", PyDate_FromDate(2020, 2, 29), PyDateTime_FromDateAndTime(2020, 1, 2, 3, 4, 5, 6),
                         PyDateTime_FromDateAndTimeAndFold(2020, 1, 2, 3, 4, 5, 6, 1), PyTime_FromTime(1, 2, 3, 4),
                         PyDelta_FromDSU(1, 100000, 5), PyTimeZone_FromOffset(PyDelta_FromDSU(0, 3600, 0)),
                         PyDateTime_TimeZone_UTC);
}

static PyObject *
memory(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    long *numbers = PyMem_New(long, 4);
    if (numbers == NULL) {
        return PyErr_NoMemory();
    }
    numbers[0] = 42;
    PyMem_Resize(numbers, long, 4000);
    long kept = numbers == NULL ? -1 : numbers[0];
    PyMem_Free(numbers);
    char *huge = PyMem_New(char, (size_t)PY_SSIZE_T_MAX + 1);
    Py_BEGIN_ALLOW_THREADS
    kept += 1;
    Py_BLOCK_THREADS
    kept += 1;
    Py_UNBLOCK_THREADS
    Py_END_ALLOW_THREADS
    return Py_BuildValue("(liO)", kept, huge == NULL, Py_UNICODE_SIZE == 4 ? Py_True : Py_False);
}

static PyObject *
marshalled(PyObject *Py_UNUSED(module), PyObject *arg)
{
    PyObject *bytes = PyMarshal_WriteObjectToString(arg, Py_MARSHAL_VERSION);
    if (bytes == NULL) {
        return NULL;
    }
    PyObject *again = PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return again;
}

static PyObject *
indices(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *slice;
    Py_ssize_t length, start, stop, step, n;
    if (!PyArg_ParseTuple(args, "On", &slice, &length) ||
        PySlice_GetIndicesEx(slice, length, &start, &stop, &step, &n) < 0) {
        return NULL;
    }
    return Py_BuildValue("(nnnn)", start, stop, step, n);
}

static PyObject *
frame_line(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyFrameObject *frame = PyEval_GetFrame();
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *result = Py_BuildValue("(iO)", PyFrame_Check(frame), code->co_name);
    Py_DECREF(code);
    return result;
}

static PyStructSequence_Field point_fields[] = {{"x", "across"}, {"y", "up"}, {"label", NULL}, {NULL, NULL}};
static PyStructSequence_Desc point_desc = {"ext_full.Point", "A point.", point_fields, 2};

static PyObject *
point(PyObject *module, PyObject *Py_UNUSED(none))
{
    PyObject *type = PyObject_GetAttrString(module, "Point");
    PyObject *result = type == NULL ? NULL : PyStructSequence_New((PyTypeObject *)type);
    Py_XDECREF(type);
    if (result != NULL) {
        PyStructSequence_SET_ITEM(result, 0, PyLong_FromLong(1));
        PyStructSequence_SET_ITEM(result, 1, PyLong_FromLong(2));
        PyStructSequence_SET_ITEM(result, 2, PyUnicode_FromString("here"));
    }
    return result;
}

static PyObject *
misc(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *capsule = PyCapsule_New((void *)point_fields, "ext_full.fields", NULL);
    PyObject *old = PyLong_FromLong(70000), *kept = Py_NewRef(old);
    Py_SETREF(old, PyLong_FromLong(2));
    Py_ssize_t after = Py_REFCNT(kept);
    Py_XSETREF(old, NULL);
    PyObject *result =
        Py_BuildValue("(iinisiidiii)", PyCapsule_CheckExact(capsule), PyCapsule_IsValid(capsule, "ext_full.fields"), after,
                      old == NULL, Py_STRINGIFY(PY_MAJOR_VERSION), PY_VERSION_HEX == 0x030b02f0, Py_IS_NAN(Py_NAN) != 0,
                      (double)Py_MIN(1.5, 2.5) + Py_MAX(1, 2) + Py_MATH_PI, (int)Py_MEMBER_SIZE(Fields, inplace),
                      Py_IsNone(Py_None) + Py_IsTrue(Py_True) + Py_IsFalse(Py_True), Py_CHARMASK(-1));
    Py_DECREF(kept);
    Py_DECREF(capsule);
    return result;
}

static PyMethodDef methods[] = {
    {"make_block", make_block, METH_VARARGS, "make_block(bytes)\n--\n\nA block."},
    {"containers", containers, METH_NOARGS, NULL},
    {"text", text, METH_O, NULL},
    {"writer", writer, METH_O, NULL},
    {"surrogates", surrogates, METH_NOARGS, NULL},
    {"bytes_and_numbers", bytes_and_numbers, METH_VARARGS, NULL},
    {"digits", digits, METH_O, NULL},
    {"functions", functions, METH_O, NULL},
    {"calls", calls, METH_O, NULL},
    {"keywords", _PyCFunction_CAST(keywords), METH_VARARGS | METH_KEYWORDS, NULL},
    {"dates", dates, METH_O, NULL},
    {"memory", memory, METH_NOARGS, NULL},
    {"marshalled", marshalled, METH_O, NULL},
    {"indices", indices, METH_VARARGS, NULL},
    {"frame_line", frame_line, METH_NOARGS, NULL},
    {"point", point, METH_NOARGS, NULL},
    {"misc", misc, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, "ext_full", "What headers define inline.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_ext_full(void)
{
    PyObject *module = PyModule_Create(&module_def);
    if (module == NULL || PyModule_AddType(module, &Fields_Type) < 0 || PyModule_AddType(module, &Block_Type) < 0 ||
        PyModule_AddIntMacro(module, METH_FASTCALL) < 0 || PyModule_AddStringMacro(module, PY_VERSION) < 0) {
        return NULL;
    }
    PyTypeObject *type = PyStructSequence_NewType(&point_desc);
    if (type == NULL || PyModule_AddObjectRef(module, "Point", (PyObject *)type) < 0) {
        return NULL;
    }
    Py_DECREF(type);
    return module;
}
