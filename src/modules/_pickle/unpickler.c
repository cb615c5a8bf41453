/* The type Unpickler: set-up, names, attributes. */
#include "modules/_pickle/pickle.h"

static PyTypeObject unpickler_type;

/* An unpickler without input, for load() and loads().  It is not tracked by the collector: the call
   that makes it outlives every cycle through it. */
Unpickler *
unpickler_make(State *state)
{
    Unpickler *self = PyObject_GC_New(Unpickler, &unpickler_type);
    if (self == NULL) {
        return NULL;
    }
    memset((char *)self + sizeof(PyObject), 0, sizeof(Unpickler) - sizeof(PyObject));
    self->state = state;
    return self;
}

static char *
copy_text(const char *text)
{
    char *copy = PyMem_Malloc(strlen(text) + 1);
    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    return strcpy(copy, text);
}

status
unpickler_setup(Unpickler *self, int fix_imports, const char *encoding, const char *errors,
                PyObject *buffers)
{
    char *new_encoding = copy_text(encoding), *new_errors = copy_text(errors);
    if (new_encoding == NULL || new_errors == NULL) {
        PyMem_Free(new_encoding);
        PyMem_Free(new_errors);
        return -1;
    }
    PyMem_Free(self->encoding);
    PyMem_Free(self->errors);
    self->encoding = new_encoding;
    self->errors = new_errors;
    self->fix_imports = fix_imports;
    PyObject *iter = NULL;
    if (buffers != NULL && buffers != Py_None && (iter = PyObject_GetIter(buffers)) == NULL) {
        return -1;
    }
    Py_XSETREF(self->buffers, iter);
    return 0;
}

/* The methods of a file: read and readline it must have, peek and readinto it may. */
status
unpickler_set_file(Unpickler *self, PyObject *file)
{
    if (_PyObject_LookupAttr(file, ID(peek), &self->peek) < 0 ||
        _PyObject_LookupAttr(file, ID(readinto), &self->readinto) < 0 ||
        _PyObject_LookupAttr(file, ID(read), &self->read) < 0 ||
        _PyObject_LookupAttr(file, ID(readline), &self->readline) < 0) {
        return -1;
    }
    if (self->readline == NULL || self->read == NULL) {
        PyErr_SetString(PyExc_TypeError, "file must have 'read' and 'readline' attributes");
        Py_CLEAR(self->read);
        return -1;
    }
    return 0;
}

static int
unpickler_tp_clear(Unpickler *self)
{
    stack_clear(self);
    unpickler_memo_clear(self);
    input_set(self, NULL, 0);
    Py_CLEAR(self->chunk);
    Py_CLEAR(self->read);
    Py_CLEAR(self->readline);
    Py_CLEAR(self->readinto);
    Py_CLEAR(self->peek);
    Py_CLEAR(self->buffers);
    Py_CLEAR(self->persistent_load);
    return 0;
}

static int
unpickler_tp_traverse(Unpickler *self, visitproc visit, void *arg)
{
    Py_VISIT(self->read);
    Py_VISIT(self->readline);
    Py_VISIT(self->readinto);
    Py_VISIT(self->peek);
    Py_VISIT(self->buffers);
    Py_VISIT(self->persistent_load);
    Py_VISIT(self->memo_rest);
    for (Py_ssize_t i = 0; i < self->depth; i++) {
        Py_VISIT(self->stack[i]);
    }
    for (Py_ssize_t i = 0; i < self->memo_size; i++) {
        Py_VISIT(self->memo[i]);
    }
    return 0;
}

static void
unpickler_tp_dealloc(Unpickler *self)
{
    PyObject_GC_UnTrack(self);
    unpickler_tp_clear(self);
    PyMem_Free(self->stack);
    PyMem_Free(self->marks);
    PyMem_Free(self->line);
    PyMem_Free(self->encoding);
    PyMem_Free(self->errors);
    Py_TYPE(self)->tp_free(self);
}

INIT(unpickler, "(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())")
static int
unpickler_init(Unpickler *self, PyObject *file, truth fix_imports, const char *encoding,
               const char *errors, PyObject *buffers)
{
    PyObject *module = PyState_FindModule(&pickle_module);
    if (module == NULL) {
        PyErr_SetString(PyExc_SystemError, "_pickle is not loaded");
        return -1;
    }
    /* without a file while being set up: a failed __init__ leaves nothing to load from */
    unpickler_tp_clear(self);
    self->state = state_of_module(module);
    if (unpickler_setup(self, fix_imports, encoding, errors, buffers) < 0 ||
        method_of_self((PyObject *)self, ID(persistent_load), &self->persistent_load,
                       &self->persistent_self) < 0) {
        return -1;
    }
    return unpickler_set_file(self, file);
}

METHOD(unpickler, load, "($self, /)", "Read one pickle from the file and return its object.")
static PyObject *
unpickler_load(Unpickler *self)
{
    if (self->read == NULL) {
        PyObject *module = PyState_FindModule(&pickle_module);
        PyErr_Format(module != NULL ? state_of_module(module)->unpickling_error : PyExc_SystemError,
                     "Unpickler.__init__() was not called by %s.__init__()", Py_TYPE(self)->tp_name);
        return NULL;
    }
    return unpickler_run(self);
}

/* ---- names ------------------------------------------------------------------------------------ */

/* The names that a Python 2 pickle means, in place. */
static status
translate_to_3(State *state, PyObject **module_name, PyObject **name)
{
    PyObject *key = PyTuple_Pack(2, *module_name, *name), *item;
    if (key == NULL) {
        return -1;
    }
    item = PyDict_GetItemWithError(state->names_2to3, key);
    Py_DECREF(key);
    if (item != NULL) {
        if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
            PyErr_Format(PyExc_RuntimeError,
                         "_compat_pickle.NAME_MAPPING values should be 2-tuples, not %.200s",
                         Py_TYPE(item)->tp_name);
            return -1;
        }
        PyObject *new_module = PyTuple_GET_ITEM(item, 0), *new_name = PyTuple_GET_ITEM(item, 1);
        if (!PyUnicode_Check(new_module) || !PyUnicode_Check(new_name)) {
            PyErr_Format(PyExc_RuntimeError,
                         "_compat_pickle.NAME_MAPPING values should be pairs of str, not (%.200s, %.200s)",
                         Py_TYPE(new_module)->tp_name, Py_TYPE(new_name)->tp_name);
            return -1;
        }
        Py_SETREF(*module_name, Py_NewRef(new_module));
        Py_SETREF(*name, Py_NewRef(new_name));
        return 0;
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    item = PyDict_GetItemWithError(state->modules_2to3, *module_name);
    if (item == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    if (!PyUnicode_Check(item)) {
        PyErr_Format(PyExc_RuntimeError,
                     "_compat_pickle.IMPORT_MAPPING values should be strings, not %.200s",
                     Py_TYPE(item)->tp_name);
        return -1;
    }
    Py_SETREF(*module_name, Py_NewRef(item));
    return 0;
}

/* An attribute of a module; from protocol 4 on a name with dots leads into classes. */
static PyObject *
find_attribute(PyObject *module, PyObject *name, bool with_dots)
{
    PyObject *found;
    if (!with_dots || (PyUnicode_Check(name) &&
                       PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1) == -1 &&
                       !_PyUnicode_EqualToASCIIString(name, "<locals>"))) {
        if (_PyObject_LookupAttr(module, name, &found) < 0) {
            return NULL;
        }
    }
    else {
        PyObject *names = split_name(name, module);
        if (names == NULL) {
            return NULL;
        }
        found = follow_name(module, names, NULL);
        Py_DECREF(names);
    }
    if (found == NULL && !PyErr_Occurred()) {
        PyErr_Format(PyExc_AttributeError, "Can't get attribute %R on %R", name, module);
    }
    return found;
}

METHOD(unpickler, find_class, "($self, module_name, global_name, /)",
       "Return the object that a name in a module stands for; the module is imported.\n\n"
       "All classes and functions of a pickle come from here, so that a subclass may refuse some.")
static PyObject *
unpickler_find_class(Unpickler *self, PyObject *module_name, PyObject *global_name)
{
    if (PySys_Audit("pickle.find_class", "OO", module_name, global_name) < 0) {
        return NULL;
    }
    Py_INCREF(module_name);
    Py_INCREF(global_name);
    PyObject *result = NULL;
    if (self->protocol >= 3 || !self->fix_imports ||
        translate_to_3(self->state, &module_name, &global_name) == 0) {
        PyObject *module = PyImport_Import(module_name);
        if (module != NULL) {
            result = find_attribute(module, global_name, self->protocol >= 4);
            Py_DECREF(module);
        }
    }
    Py_DECREF(module_name);
    Py_DECREF(global_name);
    return result;
}

/* find_class(), which a subclass may have overridden. */
PyObject *
unpickler_find(Unpickler *self, PyObject *module_name, PyObject *name)
{
    if (Py_IS_TYPE(self, &unpickler_type)) {
        return unpickler_find_class(self, module_name, name);
    }
    return PyObject_CallMethodObjArgs((PyObject *)self, ID(find_class), module_name, name, NULL);
}

/* ---- attributes ------------------------------------------------------------------------------- */

METHOD(unpickler, __sizeof__, "($self, /)", "Size in memory, in bytes, with memo and texts.")
static Py_ssize_t
unpickler___sizeof__(Unpickler *self)
{
    size_t size = (size_t)_PyObject_SIZE(Py_TYPE(self));
    size += (size_t)(self->memo_size > 32 ? self->memo_size : 32) * sizeof(PyObject *);
    size += (size_t)self->marks_size * sizeof(Py_ssize_t);
    size += self->line != NULL ? (size_t)self->line_length + 1 : 0;
    size += self->encoding != NULL ? strlen(self->encoding) + 1 : 0;
    size += self->errors != NULL ? strlen(self->errors) + 1 : 0;
    return (Py_ssize_t)size;
}

GETTER(unpickler, memo, NULL)
static PyObject *
unpickler_get_memo(Unpickler *self, void *Py_UNUSED(closure))
{
    return unpickler_memo_new(self);
}

SETTER(unpickler, memo)
static int
unpickler_set_memo(Unpickler *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
        return -1;
    }
    return unpickler_memo_assign(self, value);
}

GETTER(unpickler, persistent_load, NULL)
static PyObject *
unpickler_get_persistent_load(Unpickler *self, void *Py_UNUSED(closure))
{
    if (self->persistent_load == NULL) {
        PyErr_SetString(PyExc_AttributeError, "persistent_load");
        return NULL;
    }
    return self->persistent_self != NULL ? PyMethod_New(self->persistent_load, self->persistent_self)
                                         : Py_NewRef(self->persistent_load);
}

SETTER(unpickler, persistent_load)
static int
unpickler_set_persistent_load(Unpickler *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "attribute deletion is not supported");
        return -1;
    }
    if (!PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "persistent_load must be a callable taking one argument");
        return -1;
    }
    self->persistent_self = NULL;
    Py_XSETREF(self->persistent_load, Py_NewRef(value));
    return 0;
}

TYPE(unpickler, unpickler_type, "_pickle.Unpickler", Unpickler,
     "(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())",
     "Read pickles from a binary file.\n\n"
     "The file needs the methods read(n) and readline(); peek() and readinto() are used if it has them.\n"
     "The pickle itself says which protocol it uses.\n\n"
     "Pickles of Python 2: with fix_imports its names of modules are understood; encoding and errors say\n"
     "how its str becomes text, encoding='bytes' leaves bytes. buffers is an iterable of what a\n"
     "buffer_callback of Pickler has kept out of the pickle.",
     .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
     .tp_alloc = PyType_GenericAlloc, .tp_new = PyType_GenericNew, .tp_free = PyObject_GC_Del)

PyTypeObject *const pickle_unpickler_type = &unpickler_type;

_Static_assert(sizeof(Unpickler) == 272, "the size that sys.getsizeof() reports");

#include "gen/modules/_pickle/unpickler.inc"
