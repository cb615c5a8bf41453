/* Cells: the boxes of variables that inner functions share.  ob_ref is NULL while unbound. */
#include "object/object.h"

PyObject *
PyCell_New(PyObject *value)
{
    PyCellObject *cell = PyObject_GC_New(PyCellObject, &PyCell_Type);
    if (cell != NULL) {
        cell->ob_ref = Py_XNewRef(value);
        PyObject_GC_Track(cell);
    }
    return (PyObject *)cell;
}

/* The content, new reference; NULL without an exception if unbound. */
PyObject *
PyCell_Get(PyObject *op)
{
    if (!PyCell_Check(op)) {
        PyErr_BadInternalCall();
        return NULL;
    }
    return Py_XNewRef(PyCell_GET(op));
}

int
PyCell_Set(PyObject *op, PyObject *value)
{
    if (!PyCell_Check(op)) {
        PyErr_BadInternalCall();
        return -1;
    }
    Py_XINCREF(value);
    Py_XSETREF(((PyCellObject *)op)->ob_ref, value);
    return 0;
}

static void
cell_tp_dealloc(PyCellObject *cell)
{
    PyObject_GC_UnTrack(cell);
    PyThreadState *tstate = tstate_get();
    if (trash_begin(tstate, (PyObject *)cell)) {
        return;
    }
    Py_XDECREF(cell->ob_ref);
    PyObject_GC_Del(cell);
    trash_end(tstate);
}

static int
cell_tp_traverse(PyCellObject *cell, visitproc visit, void *arg)
{
    Py_VISIT(cell->ob_ref);
    return 0;
}

static int
cell_tp_clear(PyCellObject *cell)
{
    Py_CLEAR(cell->ob_ref);
    return 0;
}

static PyObject *
cell_tp_repr(PyCellObject *cell)
{
    if (cell->ob_ref == NULL) {
        return PyUnicode_FromFormat("<cell at %p: empty>", cell);
    }
    return PyUnicode_FromFormat("<cell at %p: %.80s object at %p>", cell, type_name(cell->ob_ref),
                                cell->ob_ref);
}

/* An unbound cell is less than any other. */
static PyObject *
cell_tp_richcompare(PyObject *a, PyObject *b, int op)
{
    if (!PyCell_Check(a) || !PyCell_Check(b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    a = PyCell_GET(a);
    b = PyCell_GET(b);
    if (a != NULL && b != NULL) {
        return PyObject_RichCompare(a, b, op);
    }
    Py_RETURN_RICHCOMPARE(b == NULL, a == NULL, op);
}

GETTER(cell, cell_contents, NULL)
static PyObject *
cell_get_contents(PyCellObject *cell, void *Py_UNUSED(closure))
{
    if (cell->ob_ref == NULL) {
        PyErr_SetString(PyExc_ValueError, "Cell is empty");
    }
    return Py_XNewRef(cell->ob_ref);
}

SETTER(cell, cell_contents)
static int
cell_set_contents(PyCellObject *cell, PyObject *value, void *Py_UNUSED(closure))
{
    Py_XINCREF(value);
    Py_XSETREF(cell->ob_ref, value);
    return 0;
}

static PyObject *
cell_tp_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs)
{
    PyObject *contents = NULL;
    if (!_PyArg_NoKeywords("cell", kwargs) || !PyArg_UnpackTuple(args, "cell", 0, 1, &contents)) {
        return NULL;
    }
    return PyCell_New(contents);
}

TYPE(cell, PyCell_Type, "cell", PyCellObject, "([contents])",
     "A variable shared between a function and the functions inside it.\n\n"
     "cell([contents]) makes a new one, empty without an argument.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_getattro = PyObject_GenericGetAttr)

#include "gen/types/cell.inc"
