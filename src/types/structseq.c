/* Struct sequences: tuples whose elements have names, such as os.stat_result.

   A type's fields come in three kinds: named ones within the sequence, unnamed ones within it, and
   named ones behind it that only attribute access sees.  The object has room for all of them, its
   ob_size counts those of the sequence.  The counts stand in the type's dict. */
#include "object/declare.h"

const char *const PyStructSequence_UnnamedField = "unnamed field";

#define ITEMS(op) (((PyTupleObject *)(op))->ob_item)

/* One of the counts in the type's dict; -1 with an exception. */
static Py_ssize_t
count_of(PyTypeObject *type, PyObject *name)
{
    PyObject *value = PyDict_GetItemWithError(type->tp_dict, name);
    if (value == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "Missed attribute '%U' of type %s", name, type->tp_name);
        }
        return -1;
    }
    return PyLong_AsSsize_t(value);
}

PyObject *
PyStructSequence_New(PyTypeObject *type)
{
    Py_ssize_t size = count_of(type, ID(n_fields)), visible = count_of(type, ID(n_sequence_fields));
    if (size < 0 || visible < 0) {
        return NULL;
    }
    PyTupleObject *self = PyObject_GC_NewVar(PyTupleObject, type, size);
    if (self == NULL) {
        return NULL;
    }
    Py_SET_SIZE(self, visible);
    memset(self->ob_item, 0, (size_t)size * sizeof(PyObject *));
    return (PyObject *)self;
}

void
PyStructSequence_SetItem(PyObject *self, Py_ssize_t i, PyObject *item)
{
    ITEMS(self)[i] = item;
}

PyObject *
PyStructSequence_GetItem(PyObject *self, Py_ssize_t i)
{
    return ITEMS(self)[i];
}

static int
structseq_traverse(PyObject *self, visitproc visit, void *arg)
{
    if (PyType_HasFeature(Py_TYPE(self), Py_TPFLAGS_HEAPTYPE)) {
        Py_VISIT(Py_TYPE(self));
    }
    Py_ssize_t size = count_of(Py_TYPE(self), ID(n_fields));
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_VISIT(ITEMS(self)[i]);
    }
    return 0;
}

static void
structseq_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_ssize_t size = count_of(type, ID(n_fields));
    for (Py_ssize_t i = 0; i < size; i++) {
        Py_XDECREF(ITEMS(self)[i]);
    }
    PyObject_GC_Del(self);
    if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        Py_DECREF(type);
    }
}

/* The member that gives field i, NULL for an unnamed one. */
static const char *
field_name(PyTypeObject *type, Py_ssize_t i)
{
    for (PyMemberDef *member = type->tp_members; member != NULL && member->name != NULL; member++) {
        if (member->offset == (Py_ssize_t)(offsetof(PyTupleObject, ob_item) + i * sizeof(PyObject *))) {
            return member->name;
        }
    }
    return NULL;
}

/* Fill the fields behind the sequence from a dict by name, None where it has nothing. */
static status
fill_hidden(PyObject *self, Py_ssize_t from, Py_ssize_t size, PyObject *dict)
{
    for (Py_ssize_t i = from; i < size; i++) {
        PyObject *value = NULL;
        const char *name = field_name(Py_TYPE(self), i);
        if (dict != NULL && name != NULL) {
            value = _PyDict_GetItemStringWithError(dict, name);
            if (value == NULL && PyErr_Occurred()) {
                return -1;
            }
        }
        ITEMS(self)[i] = Py_NewRef(value == NULL ? Py_None : value);
    }
    return 0;
}

static PyObject *
structseq_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"sequence", "dict", NULL};
    PyObject *given, *dict = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:structseq", names, &given, &dict)) {
        return NULL;
    }
    Py_ssize_t min = count_of(type, ID(n_sequence_fields)), max = count_of(type, ID(n_fields));
    Py_ssize_t unnamed = count_of(type, ID(n_unnamed_fields));
    if (min < 0 || max < 0 || unnamed < 0) {
        return NULL;
    }
    PyObject *fast = PySequence_Fast(given, "constructor requires a sequence");
    if (fast == NULL) {
        return NULL;
    }
    if (dict != NULL && !PyDict_Check(dict)) {
        PyErr_Format(PyExc_TypeError, "%.500s() takes a dict as second arg, if any", type->tp_name);
        Py_DECREF(fast);
        return NULL;
    }
    Py_ssize_t len = PySequence_Fast_GET_SIZE(fast);
    if (len < min || len > max) {
        const char *how = min == max ? "a" : len < min ? "an at least" : "an at most";
        PyErr_Format(PyExc_TypeError, "%.500s() takes %s %zd-sequence (%zd-sequence given)",
                     type->tp_name, how, len < min ? min : max, len);
        Py_DECREF(fast);
        return NULL;
    }
    PyObject *self = PyStructSequence_New(type);
    if (self == NULL) {
        Py_DECREF(fast);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < len; i++) {
        ITEMS(self)[i] = Py_NewRef(PySequence_Fast_GET_ITEM(fast, i));
    }
    Py_DECREF(fast);
    if (fill_hidden(self, len, max, dict) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    PyObject_GC_Track(self);
    return self;
}

static PyObject *
structseq_repr(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    if (_PyUnicodeWriter_WriteASCIIString(&writer, type->tp_name, (Py_ssize_t)strlen(type->tp_name)) < 0 ||
        _PyUnicodeWriter_WriteChar(&writer, '(') < 0) {
        goto fail;
    }
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        /* Members without a name are not counted, as in the reference: for os.stat_result the
           whole seconds show under the names of the times. */
        const char *name = type->tp_members[i].name;
        if (name == NULL) {
            PyErr_Format(PyExc_SystemError, "In structseq_repr(), member %zd name is NULL for type %.500s",
                         i, type->tp_name);
            goto fail;
        }
        PyObject *text = PyObject_Repr(ITEMS(self)[i]);
        int err = text == NULL ||
                  (i > 0 && _PyUnicodeWriter_WriteASCIIString(&writer, ", ", 2) < 0) ||
                  _PyUnicodeWriter_WriteASCIIString(&writer, name, (Py_ssize_t)strlen(name)) < 0 ||
                  _PyUnicodeWriter_WriteChar(&writer, '=') < 0 ||
                  _PyUnicodeWriter_WriteStr(&writer, text) < 0;
        Py_XDECREF(text);
        if (err) {
            goto fail;
        }
    }
    if (_PyUnicodeWriter_WriteChar(&writer, ')') < 0) {
        goto fail;
    }
    return _PyUnicodeWriter_Finish(&writer);
fail:
    _PyUnicodeWriter_Dealloc(&writer);
    return NULL;
}

METHOD(structseq, __reduce__, "!($self, /)", NULL)
static PyObject *
structseq___reduce__(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyTypeObject *type = Py_TYPE(self);
    Py_ssize_t visible = Py_SIZE(self), size = count_of(type, ID(n_fields));
    PyObject *tuple = PyTuple_New(visible), *dict = PyDict_New(), *result = NULL;
    if (tuple == NULL || dict == NULL || size < 0) {
        goto done;
    }
    for (Py_ssize_t i = 0; i < visible; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(ITEMS(self)[i]));
    }
    for (Py_ssize_t i = visible; i < size; i++) {
        const char *name = field_name(type, i);
        if (name != NULL && PyDict_SetItemString(dict, name, ITEMS(self)[i]) < 0) {
            goto done;
        }
    }
    result = Py_BuildValue("(O(OO))", type, tuple, dict);
done:
    Py_XDECREF(tuple);
    Py_XDECREF(dict);
    return result;
}

#include "gen/types/structseq.inc"

/* ---- making types --------------------------------------------------------------------------- */

/* Member definitions of the named fields: memory of the type's for good. */
static PyMemberDef *
make_members(PyStructSequence_Desc *desc, Py_ssize_t *fields, Py_ssize_t *unnamed)
{
    Py_ssize_t n = 0;
    *unnamed = 0;
    for (; desc->fields[n].name != NULL; n++) {
        *unnamed += desc->fields[n].name == PyStructSequence_UnnamedField;
    }
    *fields = n;
    PyMemberDef *members = PyMem_New(PyMemberDef, n - *unnamed + 1), *member = members;
    if (members == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (desc->fields[i].name != PyStructSequence_UnnamedField) {
            *member++ = (PyMemberDef){
                .name = desc->fields[i].name,
                .type = T_OBJECT,
                .offset = (Py_ssize_t)(offsetof(PyTupleObject, ob_item) + i * sizeof(PyObject *)),
                .flags = READONLY,
                .doc = desc->fields[i].doc,
            };
        }
    }
    *member = (PyMemberDef){0};
    return members;
}

static status
set_count(PyObject *dict, PyObject *name, Py_ssize_t value)
{
    PyObject *number = PyLong_FromSsize_t(value);
    int err = number == NULL ? -1 : PyDict_SetItem(dict, name, number);
    Py_XDECREF(number);
    return err;
}

/* n_fields and its kin, and __match_args__. */
static status
describe(PyTypeObject *type, PyStructSequence_Desc *desc, Py_ssize_t fields, Py_ssize_t unnamed)
{
    PyObject *dict = type->tp_dict;
    if (set_count(dict, ID(n_sequence_fields), desc->n_in_sequence) < 0 ||
        set_count(dict, ID(n_fields), fields) < 0 ||
        set_count(dict, ID(n_unnamed_fields), unnamed) < 0) {
        return -1;
    }
    PyObject *names = PyList_New(0);
    for (Py_ssize_t i = 0; names != NULL && i < desc->n_in_sequence; i++) {
        if (desc->fields[i].name == PyStructSequence_UnnamedField) {
            continue;
        }
        PyObject *name = PyUnicode_FromString(desc->fields[i].name);
        int err = name == NULL ? -1 : PyList_Append(names, name);
        Py_XDECREF(name);
        if (err < 0) {
            Py_CLEAR(names);
        }
    }
    PyObject *tuple = names == NULL ? NULL : PyList_AsTuple(names);
    int err = tuple == NULL ? -1 : PyDict_SetItem(dict, ID(__match_args__), tuple);
    Py_XDECREF(tuple);
    Py_XDECREF(names);
    PyType_Modified(type);
    return err;
}

static status
init_static(PyTypeObject *type, PyStructSequence_Desc *desc, unsigned long flags)
{
    Py_ssize_t fields, unnamed;
    if (type->tp_flags & Py_TPFLAGS_READY) {
        return 0;               /* made before, by an earlier interpreter */
    }
    PyMemberDef *members = make_members(desc, &fields, &unnamed);
    if (members == NULL) {
        return -1;
    }
    type->tp_name = desc->name;
    type->tp_basicsize = sizeof(PyTupleObject) - sizeof(PyObject *);
    type->tp_itemsize = sizeof(PyObject *);
    type->tp_dealloc = structseq_dealloc;
    type->tp_repr = structseq_repr;
    type->tp_doc = desc->doc;
    type->tp_base = &PyTuple_Type;
    type->tp_methods = structseq_methods;
    type->tp_new = flags & Py_TPFLAGS_DISALLOW_INSTANTIATION ? NULL : structseq_new;
    type->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | flags;
    type->tp_traverse = structseq_traverse;
    type->tp_members = members;
    Py_SET_REFCNT(type, 1);
    if (PyType_Ready(type) < 0) {
        PyMem_Free(members);
        return -1;
    }
    return describe(type, desc, fields, unnamed);
}

int
_PyStructSequence_InitType(PyTypeObject *type, PyStructSequence_Desc *desc, unsigned long flags)
{
    return init_static(type, desc, flags);
}

int
PyStructSequence_InitType2(PyTypeObject *type, PyStructSequence_Desc *desc)
{
    return init_static(type, desc, 0);
}

void
PyStructSequence_InitType(PyTypeObject *type, PyStructSequence_Desc *desc)
{
    (void)init_static(type, desc, 0);
}

PyTypeObject *
_PyStructSequence_NewType(PyStructSequence_Desc *desc, unsigned long flags)
{
    Py_ssize_t fields, unnamed;
    PyMemberDef *members = make_members(desc, &fields, &unnamed);
    if (members == NULL) {
        return NULL;
    }
    PyType_Slot slots[] = {
        {Py_tp_dealloc, structseq_dealloc},
        {Py_tp_repr, structseq_repr},
        {Py_tp_doc, (void *)desc->doc},
        {Py_tp_methods, structseq_methods},
        {Py_tp_new, structseq_new},
        {Py_tp_members, members},
        {Py_tp_traverse, structseq_traverse},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = desc->name,
        .basicsize = sizeof(PyTupleObject) - sizeof(PyObject *),
        .itemsize = sizeof(PyObject *),
        .flags = (unsigned)(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | flags),
        .slots = slots,
    };
    PyObject *bases = PyTuple_Pack(1, &PyTuple_Type);
    PyTypeObject *type = bases == NULL ? NULL : (PyTypeObject *)PyType_FromSpecWithBases(&spec, bases);
    Py_XDECREF(bases);
    PyMem_Free(members);        /* a heap type keeps its own copy */
    if (type != NULL && describe(type, desc, fields, unnamed) < 0) {
        Py_CLEAR(type);
    }
    return type;
}

PyTypeObject *
PyStructSequence_NewType(PyStructSequence_Desc *desc)
{
    return _PyStructSequence_NewType(desc, 0);
}
