/* PyCapsule: a C pointer as an object, with a name that says what it points to. */
#include "object/declare.h"

typedef struct {
    PyObject_HEAD
    void *pointer;                  /* never NULL */
    const char *name;               /* not owned, may be NULL */
    void *context;
    PyCapsule_Destructor destructor;
} Capsule;

_Static_assert(sizeof(Capsule) == 48, "the size that programs see");

/* True for a capsule in order; else ValueError naming the call. */
static bool
legal(PyObject *op, const char *complaint)
{
    if (op != NULL && PyCapsule_CheckExact(op) && ((Capsule *)op)->pointer != NULL) {
        return true;
    }
    PyErr_SetString(PyExc_ValueError, complaint);
    return false;
}

static bool
same_name(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

PyObject *
PyCapsule_New(void *pointer, const char *name, PyCapsule_Destructor destructor)
{
    if (pointer == NULL) {
        PyErr_SetString(PyExc_ValueError, "PyCapsule_New called with null pointer");
        return NULL;
    }
    Capsule *self = PyObject_New(Capsule, &PyCapsule_Type);
    if (self != NULL) {
        self->pointer = pointer;
        self->name = name;
        self->context = NULL;
        self->destructor = destructor;
    }
    return (PyObject *)self;
}

int
PyCapsule_IsValid(PyObject *op, const char *name)
{
    return op != NULL && PyCapsule_CheckExact(op) && ((Capsule *)op)->pointer != NULL &&
           same_name(((Capsule *)op)->name, name);
}

void *
PyCapsule_GetPointer(PyObject *op, const char *name)
{
    if (!legal(op, "PyCapsule_GetPointer called with invalid PyCapsule object")) {
        return NULL;
    }
    if (!same_name(name, ((Capsule *)op)->name)) {
        PyErr_SetString(PyExc_ValueError, "PyCapsule_GetPointer called with incorrect name");
        return NULL;
    }
    return ((Capsule *)op)->pointer;
}

const char *
PyCapsule_GetName(PyObject *op)
{
    return legal(op, "PyCapsule_GetName called with invalid PyCapsule object") ? ((Capsule *)op)->name
                                                                               : NULL;
}

PyCapsule_Destructor
PyCapsule_GetDestructor(PyObject *op)
{
    return legal(op, "PyCapsule_GetDestructor called with invalid PyCapsule object")
               ? ((Capsule *)op)->destructor
               : NULL;
}

void *
PyCapsule_GetContext(PyObject *op)
{
    return legal(op, "PyCapsule_GetContext called with invalid PyCapsule object")
               ? ((Capsule *)op)->context
               : NULL;
}

int
PyCapsule_SetPointer(PyObject *op, void *pointer)
{
    if (!legal(op, "PyCapsule_SetPointer called with invalid PyCapsule object")) {
        return -1;
    }
    if (pointer == NULL) {
        PyErr_SetString(PyExc_ValueError, "PyCapsule_SetPointer called with null pointer");
        return -1;
    }
    ((Capsule *)op)->pointer = pointer;
    return 0;
}

int
PyCapsule_SetName(PyObject *op, const char *name)
{
    if (!legal(op, "PyCapsule_SetName called with invalid PyCapsule object")) {
        return -1;
    }
    ((Capsule *)op)->name = name;
    return 0;
}

int
PyCapsule_SetDestructor(PyObject *op, PyCapsule_Destructor destructor)
{
    if (!legal(op, "PyCapsule_SetDestructor called with invalid PyCapsule object")) {
        return -1;
    }
    ((Capsule *)op)->destructor = destructor;
    return 0;
}

int
PyCapsule_SetContext(PyObject *op, void *context)
{
    if (!legal(op, "PyCapsule_SetContext called with invalid PyCapsule object")) {
        return -1;
    }
    ((Capsule *)op)->context = context;
    return 0;
}

/* The pointer of the capsule that stands as an attribute under a dotted name: "module.attribute". */
void *
PyCapsule_Import(const char *name, int Py_UNUSED(no_block))
{
    size_t size = strlen(name) + 1;
    char *copy = PyMem_Malloc(size);
    PyObject *object = NULL;
    void *pointer = NULL;
    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(copy, name, size);
    for (char *part = copy; part != NULL;) {
        char *dot = strchr(part, '.');
        if (dot != NULL) {
            *dot++ = '\0';
        }
        if (object == NULL) {
            object = PyImport_ImportModule(part);
            if (object == NULL) {
                PyErr_Format(PyExc_ImportError, "PyCapsule_Import could not import module \"%s\"",
                             part);
            }
        }
        else {
            Py_SETREF(object, PyObject_GetAttrString(object, part));
        }
        if (object == NULL) {
            goto done;
        }
        part = dot;
    }
    if (PyCapsule_IsValid(object, name)) {
        pointer = ((Capsule *)object)->pointer;
    }
    else {
        PyErr_Format(PyExc_AttributeError, "PyCapsule_Import \"%s\" is not valid", name);
    }
done:
    Py_XDECREF(object);
    PyMem_Free(copy);
    return pointer;
}

static void
capsule_tp_dealloc(Capsule *self)
{
    if (self->destructor != NULL) {
        self->destructor((PyObject *)self);
    }
    PyObject_Free(self);
}

static PyObject *
capsule_tp_repr(Capsule *self)
{
    const char *quote = self->name != NULL ? "\"" : "";
    return PyUnicode_FromFormat("<capsule object %s%s%s at %p>", quote,
                                self->name != NULL ? self->name : "NULL", quote, self);
}

TYPE(capsule, PyCapsule_Type, "PyCapsule", Capsule, NULL,
     "A C pointer that modules hand to each other.\n\n"
     "Its name tells which attribute it is: PyCapsule_Import() finds it by that name.",
     .tp_flags = Py_TPFLAGS_DEFAULT)

#include "gen/types/capsule.inc"
