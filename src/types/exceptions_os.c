/* OSError: errno and text, up to two file names, and the choice of a subclass by errno (PEP 3151).

   The arguments are looked at in __new__, where the class can still be chosen; only a subclass
   that overrides __init__ without __new__ has them looked at in __init__. */
#include "object/state.h"
#include "object/declare.h"
#include "types/exceptions.h"

struct os_arguments {
    PyObject *code, *text, *filename, *winerror, *filename2;    /* borrowed or NULL */
};

/* True if __init__ does the work for this class. */
static bool
init_does_it(PyTypeObject *type)
{
    return type->tp_init != (initproc)oserror_tp_init && type->tp_new == _PyExc_OSError.tp_new;
}

static int
parse_arguments(PyObject *args, struct os_arguments *a)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    *a = (struct os_arguments){0};
    if (n < 2 || n > 5) {
        return 0;
    }
    return PyArg_UnpackTuple(args, "OSError", 2, 5, &a->code, &a->text, &a->filename, &a->winerror,
                             &a->filename2)
               ? 0
               : -1;
}

/* Fill the fields of a fresh or cleared error. */
static int
set_fields(PyOSErrorObject *self, PyObject *args, struct os_arguments *a)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *shown = NULL;
    if (a->filename != NULL && a->filename != Py_None) {
        if (Py_IS_TYPE(self, &_PyExc_BlockingIOError) && PyNumber_Check(a->filename)) {
            /* BlockingIOError's third argument may be the number of characters written */
            self->written = PyNumber_AsSsize_t(a->filename, PyExc_ValueError);
            if (self->written == -1 && PyErr_Occurred()) {
                return -1;
            }
        }
        else {
            Py_XSETREF(self->filename, Py_NewRef(a->filename));
            if (a->filename2 != NULL && a->filename2 != Py_None) {
                Py_XSETREF(self->filename2, Py_NewRef(a->filename2));
            }
            if (n >= 2 && n <= 5) {
                shown = PyTuple_GetSlice(args, 0, 2);   /* file names are not part of args */
                if (shown == NULL) {
                    return -1;
                }
            }
        }
    }
    Py_XSETREF(self->myerrno, Py_XNewRef(a->code));
    Py_XSETREF(self->strerror, Py_XNewRef(a->text));
    Py_XSETREF(self->args, shown != NULL ? shown : Py_NewRef(args));
    return 0;
}

static PyObject *
oserror_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct os_arguments a = {0};
    bool later = init_does_it(type);
    if (!later) {
        if (!_PyArg_NoKeywords(type->tp_name, kwargs) || parse_arguments(args, &a) < 0) {
            return NULL;
        }
        PyObject *map = interp_get()->exceptions.errnomap;
        if (a.code != NULL && PyLong_Check(a.code) && map != NULL && type == &_PyExc_OSError) {
            PyObject *better = PyDict_GetItemWithError(map, a.code);
            if (better != NULL) {
                type = (PyTypeObject *)better;
            }
            else if (PyErr_Occurred()) {
                return NULL;
            }
        }
    }
    PyOSErrorObject *self = (PyOSErrorObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->written = -1;
    if (later) {
        self->args = PyTuple_New(0);
        if (self->args == NULL) {
            Py_CLEAR(self);
        }
    }
    else if (set_fields(self, args, &a) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

int
oserror_tp_init(PyOSErrorObject *self, PyObject *args, PyObject *kwargs)
{
    struct os_arguments a;
    PyTypeObject *type = Py_TYPE(self);
    if (!init_does_it(type)) {
        return 0;
    }
    if (!_PyArg_NoKeywords(type->tp_name, kwargs) || parse_arguments(args, &a) < 0) {
        return -1;
    }
    return set_fields(self, args, &a);
}

int
oserror_tp_clear(PyOSErrorObject *self)
{
    Py_CLEAR(self->myerrno);
    Py_CLEAR(self->strerror);
    Py_CLEAR(self->filename);
    Py_CLEAR(self->filename2);
    return baseexc_tp_clear((PyBaseExceptionObject *)self);
}

void
oserror_tp_dealloc(PyOSErrorObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, oserror_tp_dealloc)
    oserror_tp_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
    Py_TRASHCAN_END
}

int
oserror_tp_traverse(PyOSErrorObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->myerrno);
    Py_VISIT(self->strerror);
    Py_VISIT(self->filename);
    Py_VISIT(self->filename2);
    return baseexc_tp_traverse((PyBaseExceptionObject *)self, visit, arg);
}

static PyObject *
oserror_tp_str(PyOSErrorObject *self)
{
#define OR_NONE(field) (self->field != NULL ? self->field : Py_None)
    if (self->filename != NULL && self->filename2 != NULL) {
        return PyUnicode_FromFormat("[Errno %S] %S: %R -> %R", OR_NONE(myerrno), OR_NONE(strerror),
                                    self->filename, self->filename2);
    }
    if (self->filename != NULL) {
        return PyUnicode_FromFormat("[Errno %S] %S: %R", OR_NONE(myerrno), OR_NONE(strerror),
                                    self->filename);
    }
    if (self->myerrno != NULL && self->strerror != NULL) {
        return PyUnicode_FromFormat("[Errno %S] %S", self->myerrno, self->strerror);
    }
    return baseexc_tp_str((PyBaseExceptionObject *)self);
#undef OR_NONE
}

METHOD(oserror, __reduce__, "!($self, /)", NULL)
static PyObject *
oserror___reduce__(PyOSErrorObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *args = self->args, *result;
    if (PyTuple_GET_SIZE(args) == 2 && self->filename != NULL) {
        PyObject *code = PyTuple_GET_ITEM(args, 0), *text = PyTuple_GET_ITEM(args, 1);
        args = self->filename2 != NULL
                   ? PyTuple_Pack(5, code, text, self->filename, Py_None, self->filename2)
                   : PyTuple_Pack(3, code, text, self->filename);
        if (args == NULL) {
            return NULL;
        }
    }
    else {
        Py_INCREF(args);
    }
    result = self->dict != NULL ? PyTuple_Pack(3, Py_TYPE(self), args, self->dict)
                                : PyTuple_Pack(2, Py_TYPE(self), args);
    Py_DECREF(args);
    return result;
}

MEMBER(oserror, errno, T_OBJECT, PyOSErrorObject, myerrno, 0, "POSIX exception code")
MEMBER(oserror, strerror, T_OBJECT, PyOSErrorObject, strerror, 0, "exception strerror")
MEMBER(oserror, filename, T_OBJECT, PyOSErrorObject, filename, 0, "exception filename")
MEMBER(oserror, filename2, T_OBJECT, PyOSErrorObject, filename2, 0, "second exception filename")

GETTER(oserror, characters_written, NULL)
static PyObject *
oserror_get_written(PyOSErrorObject *self, void *Py_UNUSED(closure))
{
    if (self->written == -1) {
        PyErr_SetString(PyExc_AttributeError, "characters_written");
        return NULL;
    }
    return PyLong_FromSsize_t(self->written);
}

SETTER(oserror, characters_written)
static int
oserror_set_written(PyOSErrorObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        if (self->written == -1) {
            PyErr_SetString(PyExc_AttributeError, "characters_written");
            return -1;
        }
        self->written = -1;
        return 0;
    }
    Py_ssize_t written = PyNumber_AsSsize_t(value, PyExc_ValueError);
    if (written == -1 && PyErr_Occurred()) {
        return -1;
    }
    self->written = written;
    return 0;
}

TYPE(oserror, _PyExc_OSError, "OSError", PyOSErrorObject, NULL,
     "Base class for I/O related errors.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_BASE_EXC_SUBCLASS,
     .tp_base = &_PyExc_Exception, .tp_dictoffset = offsetof(PyBaseExceptionObject, dict))

#include "gen/types/exceptions_os.inc"
