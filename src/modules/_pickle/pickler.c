/* The type Pickler, and the view of its memo. */
#include "modules/_pickle/pickle.h"

static PyTypeObject pickler_type;

/* A pickler that writes into memory, for dump() and dumps().  It is not tracked by the collector: the
   call that makes it outlives every cycle through it. */
Pickler *
pickler_make(State *state)
{
    Pickler *self = PyObject_GC_New(Pickler, &pickler_type);
    if (self == NULL) {
        return NULL;
    }
    memset((char *)self + sizeof(PyObject), 0, sizeof(Pickler) - sizeof(PyObject));
    self->state = state;
    self->frame = -1;
    return self;
}

/* The options of a pickle.  `protocol` may be None. */
status
pickler_setup(Pickler *self, State *state, PyObject *protocol, int fix_imports,
              PyObject *buffer_callback)
{
    long number = DEFAULT_PROTOCOL;
    if (protocol != Py_None) {
        number = PyLong_AsLong(protocol);
        if (number < 0) {
            if (number == -1 && PyErr_Occurred()) {
                return -1;
            }
            number = HIGHEST_PROTOCOL;
        }
        else if (number > HIGHEST_PROTOCOL) {
            PyErr_Format(PyExc_ValueError, "pickle protocol must be <= %d", HIGHEST_PROTOCOL);
            return -1;
        }
    }
    if (buffer_callback == Py_None) {
        buffer_callback = NULL;
    }
    if (buffer_callback != NULL && number < 5) {
        PyErr_SetString(PyExc_ValueError, "buffer_callback needs protocol >= 5");
        return -1;
    }
    self->state = state;
    self->protocol = (signed char)number;
    self->bin = number > 0;
    self->fix_imports = fix_imports && number < 3;
    Py_XSETREF(self->buffer_callback, Py_XNewRef(buffer_callback));
    return 0;
}

status
pickler_set_file(Pickler *self, PyObject *file)
{
    PyObject *write;
    if (_PyObject_LookupAttr(file, ID(write), &write) < 0) {
        return -1;
    }
    if (write == NULL) {
        PyErr_SetString(PyExc_TypeError, "file must have a 'write' attribute");
        return -1;
    }
    Py_XSETREF(self->write, write);
    return 0;
}

static int
pickler_tp_clear(Pickler *self)
{
    Py_CLEAR(self->output);
    self->length = self->limit = 0;
    self->frame = -1;
    Py_CLEAR(self->write);
    Py_CLEAR(self->persistent_id);
    Py_CLEAR(self->dispatch_table);
    Py_CLEAR(self->reducer_override);
    Py_CLEAR(self->fast_seen);
    Py_CLEAR(self->buffer_callback);
    memo_clear(&self->memo);
    return 0;
}

static int
pickler_tp_traverse(Pickler *self, visitproc visit, void *arg)
{
    Py_VISIT(self->write);
    Py_VISIT(self->persistent_id);
    Py_VISIT(self->dispatch_table);
    Py_VISIT(self->reducer_override);
    Py_VISIT(self->fast_seen);
    Py_VISIT(self->buffer_callback);
    if (self->memo.entries != NULL) {
        for (size_t i = 0; i <= self->memo.mask; i++) {
            Py_VISIT(self->memo.entries[i].key);
        }
    }
    return 0;
}

static void
pickler_tp_dealloc(Pickler *self)
{
    PyObject_GC_UnTrack(self);
    pickler_tp_clear(self);
    Py_TYPE(self)->tp_free(self);
}

INIT(pickler, "(file, protocol=None, fix_imports=True, buffer_callback=None)")
static int
pickler_init(Pickler *self, PyObject *file, PyObject *protocol, truth fix_imports,
             PyObject *buffer_callback)
{
    PyObject *module = PyState_FindModule(&pickle_module);
    if (module == NULL) {
        PyErr_SetString(PyExc_SystemError, "_pickle is not loaded");
        return -1;
    }
    if (self->write != NULL) {
        pickler_tp_clear(self);
    }
    if (pickler_setup(self, state_of_module(module), protocol, fix_imports, buffer_callback) < 0 ||
        pickler_set_file(self, file) < 0) {
        return -1;
    }
    self->fast = self->fast_depth = 0;
    self->framing = false;
    Py_CLEAR(self->fast_seen);
    if (out_start(self) < 0 || method_of_self((PyObject *)self, ID(persistent_id),
                                              &self->persistent_id, &self->persistent_self) < 0) {
        return -1;
    }
    PyObject *table;
    if (_PyObject_LookupAttr((PyObject *)self, ID(dispatch_table), &table) < 0) {
        return -1;
    }
    Py_XSETREF(self->dispatch_table, table);
    return 0;
}

/* Write the whole program for one object. */
status
pickler_dump_object(Pickler *self, PyObject *obj)
{
    PyObject *override = NULL;
    if (Py_TYPE(self) != &pickler_type) {
        /* a subclass may decide how an object is reduced */
        if (_PyObject_LookupAttr((PyObject *)self, ID(reducer_override), &override) < 0) {
            return -1;
        }
    }
    Py_XSETREF(self->reducer_override, override);
    status result = -1;
    self->framing = false;
    if (self->protocol >= 2) {
        char *p = out_room(self, 2);
        if (p == NULL) {
            goto done;
        }
        p[0] = (char)OP_PROTO;
        p[1] = (char)self->protocol;
        if (self->protocol >= 4) {
            self->framing = true;
            self->limit = 0;
        }
    }
    if (save(self, obj, false) == 0 && out_byte(self, OP_STOP) == 0) {
        out_end_frame(self);
        result = 0;
    }
done:
    self->framing = false;
    Py_CLEAR(self->reducer_override);
    return result;
}

METHOD(pickler, dump, "($self, obj, /)", "Write the pickle of an object to the file.")
static PyObject *
pickler_dump(Pickler *self, PyObject *obj)
{
    if (self->write == NULL) {
        PyObject *module = PyState_FindModule(&pickle_module);
        PyErr_Format(module != NULL ? state_of_module(module)->pickling_error : PyExc_SystemError,
                     "Pickler.__init__() was not called by %s.__init__()", Py_TYPE(self)->tp_name);
        return NULL;
    }
    self->framing = false;
    if (out_start(self) < 0 || pickler_dump_object(self, obj) < 0 || out_flush(self) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

METHOD(pickler, clear_memo, "($self, /)",
       "Forget which objects have been written.\n\n"
       "The next dump() writes shared objects anew instead of referring to earlier pickles.")
static PyObject *
pickler_clear_memo(Pickler *self)
{
    memo_clear(&self->memo);
    Py_RETURN_NONE;
}

METHOD(pickler, __sizeof__, "($self, /)", "Size in memory, in bytes, with memo and output.")
static Py_ssize_t
pickler___sizeof__(Pickler *self)
{
    size_t size = (size_t)_PyObject_SIZE(Py_TYPE(self)) + memo_bytes(&self->memo);
    if (self->output != NULL) {
        size_t output = _PySys_GetSizeOf(self->output);
        if (output == (size_t)-1) {
            return -1;
        }
        size += output;
    }
    return (Py_ssize_t)size;
}

MEMBER(pickler, bin, T_INT, Pickler, bin, 0, NULL)
MEMBER(pickler, fast, T_INT, Pickler, fast, 0, NULL)
MEMBER(pickler, dispatch_table, T_OBJECT_EX, Pickler, dispatch_table, 0, NULL)

GETTER(pickler, persistent_id, NULL)
static PyObject *
pickler_get_persistent_id(Pickler *self, void *Py_UNUSED(closure))
{
    if (self->persistent_id == NULL) {
        PyErr_SetString(PyExc_AttributeError, "persistent_id");
        return NULL;
    }
    return self->persistent_self != NULL ? PyMethod_New(self->persistent_id, self->persistent_self)
                                         : Py_NewRef(self->persistent_id);
}

SETTER(pickler, persistent_id)
static int
pickler_set_persistent_id(Pickler *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
        return -1;
    }
    if (!PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "persistent_id must be a callable taking one argument");
        return -1;
    }
    self->persistent_self = NULL;
    Py_XSETREF(self->persistent_id, Py_NewRef(value));
    return 0;
}

GETTER(pickler, memo, NULL)
static PyObject *
pickler_get_memo(Pickler *self, void *Py_UNUSED(closure))
{
    return pickler_memo_new(self);
}

/* ---- the memo as users see it ----------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    Pickler *pickler;
} PicklerMemo;

static PyTypeObject picklermemo_type;

PyObject *
pickler_memo_new(Pickler *pickler)
{
    PicklerMemo *self = PyObject_GC_New(PicklerMemo, &picklermemo_type);
    if (self != NULL) {
        self->pickler = (Pickler *)Py_NewRef(pickler);
        PyObject_GC_Track(self);
    }
    return (PyObject *)self;
}

METHOD(picklermemo, clear, "($self, /)", "Remove all entries.")
static PyObject *
picklermemo_clear(PicklerMemo *self)
{
    memo_clear(&self->pickler->memo);
    Py_RETURN_NONE;
}

METHOD(picklermemo, copy, "($self, /)", "A dict from the address of each object to (number, object).")
static PyObject *
picklermemo_copy(PicklerMemo *self)
{
    Memo *memo = &self->pickler->memo;
    PyObject *result = PyDict_New();
    if (result == NULL || memo->entries == NULL) {
        return result;
    }
    for (size_t i = 0; memo->entries != NULL && i <= memo->mask; i++) {
        MemoEntry entry = memo->entries[i];
        if (entry.key == NULL) {
            continue;
        }
        Py_INCREF(entry.key);
        PyObject *key = PyLong_FromVoidPtr(entry.key);
        PyObject *value = Py_BuildValue("nN", entry.number, entry.key);
        status err = key == NULL || value == NULL ? -1 : PyDict_SetItem(result, key, value);
        Py_XDECREF(key);
        Py_XDECREF(value);
        if (err < 0) {
            Py_DECREF(result);
            return NULL;
        }
    }
    return result;
}

METHOD(picklermemo, __reduce__, "($self, /)", "State for pickling.")
static PyObject *
picklermemo___reduce__(PicklerMemo *self)
{
    PyObject *copy = picklermemo_copy(self);
    return copy == NULL ? NULL : Py_BuildValue("(O(N))", &PyDict_Type, copy);
}

static int
picklermemo_tp_traverse(PicklerMemo *self, visitproc visit, void *arg)
{
    Py_VISIT(self->pickler);
    return 0;
}

static int
picklermemo_tp_clear(PicklerMemo *self)
{
    Py_CLEAR(self->pickler);
    return 0;
}

static void
picklermemo_tp_dealloc(PicklerMemo *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->pickler);
    PyObject_GC_Del(self);
}

/* The entries of a dict such as picklermemo_copy() gives. */
static status
memo_from_dict(Memo *memo, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(dict, &at, &key, &value)) {
        if (!PyTuple_Check(value) || PyTuple_GET_SIZE(value) != 2) {
            PyErr_SetString(PyExc_TypeError, "'memo' values must be 2-item tuples");
            return -1;
        }
        PyObject *number = PyTuple_GET_ITEM(value, 0);
        if (!PyLong_Check(number)) {
            PyErr_SetString(PyExc_TypeError, "an integer is required");
            return -1;
        }
        Py_ssize_t n = PyLong_AsSsize_t(number);
        if ((n == -1 && PyErr_Occurred()) || memo_set(memo, PyTuple_GET_ITEM(value, 1), n) < 0) {
            return -1;
        }
    }
    return 0;
}

SETTER(pickler, memo)
static int
pickler_set_memo(Pickler *self, PyObject *value, void *Py_UNUSED(closure))
{
    Memo memo = {NULL, 0, 0};
    status err;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
        return -1;
    }
    if (Py_IS_TYPE(value, &picklermemo_type)) {
        err = memo_copy(&memo, &((PicklerMemo *)value)->pickler->memo);
    }
    else if (PyDict_Check(value)) {
        err = memo_from_dict(&memo, value);
    }
    else {
        PyErr_Format(PyExc_TypeError,
                     "'memo' attribute must be a PicklerMemoProxy object or dict, not %.200s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    if (err < 0) {
        memo_clear(&memo);
        return -1;
    }
    Memo old = self->memo;
    self->memo = memo;
    memo_clear(&old);
    return 0;
}

TYPE(picklermemo, picklermemo_type, "_pickle.PicklerMemoProxy", PicklerMemo, NULL, NULL,
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_hash = PyObject_HashNotImplemented, .tp_getattro = PyObject_GenericGetAttr,
     .tp_setattro = PyObject_GenericSetAttr)

TYPE(pickler, pickler_type, "_pickle.Pickler", Pickler,
     "(file, protocol=None, fix_imports=True, buffer_callback=None)",
     "Write pickles to a binary file.\n\n"
     "The file needs a method write() that takes a bytes-like object. Protocols are 0 to 5; None is the\n"
     "default, 4, a negative number the highest. With protocols below 3, fix_imports writes the names\n"
     "that modules had in Python 2.\n\n"
     "With a buffer_callback, which needs protocol 5, each PickleBuffer is passed to it; if it returns\n"
     "something false, that buffer stays out of the pickle.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_alloc = PyType_GenericAlloc, .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del)

PyTypeObject *const pickle_pickler_type = &pickler_type;
PyTypeObject *const pickle_pickler_memo_type = &picklermemo_type;

_Static_assert(sizeof(Pickler) <= 152, "the size that sys.getsizeof() reports");

#include "gen/modules/_pickle/pickler.inc"
