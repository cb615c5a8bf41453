/* What can be asked of any object: its text, hash, order, truth, items, attributes' names. */
#include "object/object.h"
#include "object/call.h"
#include "object/doors.h"
#include "object/slots.h"
#include "types/str.h"

/* ---- text ------------------------------------------------------------------------------------------- */

static PyObject *
check_text(PyObject *text, const char *method)
{
    if (text != NULL && !PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "%s returned non-string (type %.200s)", method,
                     type_name(text));
        Py_CLEAR(text);
    }
    return text;
}

/* repr(op) */
PyObject *
PyObject_Repr(PyObject *op)
{
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    if (op == NULL) {
        return PyUnicode_FromString("<NULL>");
    }
    reprfunc repr = Py_TYPE(op)->tp_repr;
    if (repr == NULL) {
        return PyUnicode_FromFormat("<%s object at %p>", type_name(op), op);
    }
    PyThreadState *tstate = tstate_get();
    if (recursion_enter(tstate, " while getting the repr of an object") < 0) {
        return NULL;
    }
    PyObject *text = repr(op);
    recursion_leave(tstate);
    return check_text(text, "__repr__");
}

/* str(op) */
PyObject *
PyObject_Str(PyObject *op)
{
    if (PyErr_CheckSignals() < 0) {
        return NULL;
    }
    if (op == NULL) {
        return PyUnicode_FromString("<NULL>");
    }
    if (PyUnicode_CheckExact(op)) {
        return Py_NewRef(op);
    }
    reprfunc str = Py_TYPE(op)->tp_str;
    if (str == NULL) {
        return PyObject_Repr(op);
    }
    PyThreadState *tstate = tstate_get();
    if (recursion_enter(tstate, " while getting the str of an object") < 0) {
        return NULL;
    }
    PyObject *text = str(op);
    recursion_leave(tstate);
    return check_text(text, "__str__");
}

/* ascii(op) */
PyObject *
PyObject_ASCII(PyObject *op)
{
    PyObject *repr = PyObject_Repr(op);
    if (repr == NULL || PyUnicode_IS_ASCII(repr)) {
        return repr;
    }
    PyObject *text = str_escaped_ascii(repr);
    Py_DECREF(repr);
    return text;
}

/* bytes(op), except that an int is not a length. */
PyObject *
PyObject_Bytes(PyObject *op)
{
    if (op == NULL) {
        return PyBytes_FromString("<NULL>");
    }
    if (PyBytes_CheckExact(op)) {
        return Py_NewRef(op);
    }
    PyObject *func = _PyObject_LookupSpecial(op, ID(__bytes__));
    if (func == NULL) {
        return PyErr_Occurred() ? NULL : PyBytes_FromObject(op);
    }
    PyObject *bytes = PyObject_CallNoArgs(func);
    Py_DECREF(func);
    if (bytes != NULL && !PyBytes_Check(bytes)) {
        PyErr_Format(PyExc_TypeError, "__bytes__ returned non-bytes (type %.200s)",
                     type_name(bytes));
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* Write repr(op), or str(op) with Py_PRINT_RAW, to a C file. */
int
PyObject_Print(PyObject *op, FILE *file, int flags)
{
    if (PyErr_CheckSignals() < 0) {
        return -1;
    }
    clearerr(file);
    if (op == NULL) {
        fprintf(file, "<nil>");
    }
    else if (Py_REFCNT(op) <= 0) {
        fprintf(file, "<refcnt %zd at %p>", Py_REFCNT(op), (void *)op);
    }
    else {
        PyObject *text = flags & Py_PRINT_RAW ? PyObject_Str(op) : PyObject_Repr(op);
        PyObject *bytes =
            text == NULL ? NULL : PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace");
        Py_XDECREF(text);
        if (bytes == NULL) {
            return -1;
        }
        fwrite(PyBytes_AS_STRING(bytes), 1, PyBytes_GET_SIZE(bytes), file);
        Py_DECREF(bytes);
    }
    if (ferror(file)) {
        PyErr_SetFromErrno(PyExc_OSError);
        clearerr(file);
        return -1;
    }
    return 0;
}

/* The name of a callable for error texts: "module.name()", without the module for builtins. */
PyObject *
_PyObject_FunctionStr(PyObject *op)
{
    PyObject *qualname, *module = NULL, *result = NULL;
    if (_PyObject_LookupAttr(op, ID(__qualname__), &qualname) < 0) {
        return NULL;
    }
    if (qualname == NULL) {
        return PyObject_Str(op);
    }
    if (_PyObject_LookupAttr(op, ID(__module__), &module) < 0) {
        goto done;
    }
    if (module != NULL && module != Py_None) {
        int other = PyObject_RichCompareBool(module, ID(builtins), Py_NE);
        if (other < 0) {
            goto done;
        }
        if (other) {
            result = PyUnicode_FromFormat("%S.%S()", module, qualname);
            goto done;
        }
    }
    result = PyUnicode_FromFormat("%S()", qualname);
done:
    Py_DECREF(qualname);
    Py_XDECREF(module);
    return result;
}

/* format(op, spec); spec NULL means ''. */
PyObject *
PyObject_Format(PyObject *op, PyObject *spec)
{
    if (spec != NULL && !PyUnicode_Check(spec)) {
        PyErr_Format(PyExc_SystemError, "Format specifier must be a string, not %.200s",
                     type_name(spec));
        return NULL;
    }
    if (spec == NULL || PyUnicode_GET_LENGTH(spec) == 0) {
        if (PyUnicode_CheckExact(op)) {
            return Py_NewRef(op);
        }
        if (PyLong_CheckExact(op)) {
            return PyObject_Str(op);
        }
    }
    else {
        PyObject *quick = format_native(op, spec);
        if (quick != NULL || PyErr_Occurred()) {
            return quick;
        }
    }
    PyObject *empty = NULL;
    if (spec == NULL) {
        spec = empty = PyUnicode_New(0, 0);
        if (spec == NULL) {
            return NULL;
        }
    }
    PyObject *result = NULL, *func = _PyObject_LookupSpecial(op, ID(__format__));
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "Type %.100s doesn't define __format__", type_name(op));
        }
    }
    else {
        result = PyObject_CallOneArg(func, spec);
        Py_DECREF(func);
        if (result != NULL && !PyUnicode_Check(result)) {
            PyErr_Format(PyExc_TypeError, "__format__ must return a str, not %.200s",
                         type_name(result));
            Py_CLEAR(result);
        }
    }
    Py_XDECREF(empty);
    return result;
}

/* Containers that hold themselves: 1 if op is under repr already, else it is noted until
   Py_ReprLeave. */
int
Py_ReprEnter(PyObject *op)
{
    struct Thread *thread = thread_of(tstate_get());
    if (thread->repr_guard == NULL) {
        thread->repr_guard = PyList_New(0);
        if (thread->repr_guard == NULL) {
            return -1;
        }
    }
    PyObject *list = thread->repr_guard;
    for (Py_ssize_t i = PyList_GET_SIZE(list); --i >= 0;) {
        if (PyList_GET_ITEM(list, i) == op) {
            return 1;
        }
    }
    return PyList_Append(list, op) < 0 ? -1 : 0;
}

void
Py_ReprLeave(PyObject *op)
{
    PyObject *list = thread_of(tstate_get())->repr_guard;
    if (list == NULL) {
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    for (Py_ssize_t i = PyList_GET_SIZE(list); --i >= 0;) {
        if (PyList_GET_ITEM(list, i) == op) {
            PyList_SetSlice(list, i, i + 1, NULL);
            break;
        }
    }
    PyErr_Restore(type, value, traceback);
}

/* ---- comparison ----------------------------------------------------------------------------------------- */

int _Py_SwappedOp[] = {Py_GT, Py_GE, Py_EQ, Py_NE, Py_LT, Py_LE};

static COLD PyObject *
raise_unordered(PyObject *a, PyObject *b, int op)
{
    static const char *const signs[] = {"<", "<=", "==", "!=", ">", ">="};
    PyErr_Format(PyExc_TypeError,
                 "'%s' not supported between instances of '%.100s' and '%.100s'", signs[op],
                 type_name(a), type_name(b));
    return NULL;
}

PyObject *
compare_refused(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(b)->tp_richcompare != NULL) {
        PyObject *result = Py_TYPE(b)->tp_richcompare(b, a, _Py_SwappedOp[op]);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    if (op == Py_EQ || op == Py_NE) {
        return PyBool_FromLong((a == b) == (op == Py_EQ));
    }
    return raise_unordered(a, b, op);
}

/* The method of b goes first if its class derives from a's; then a's, then b's reflected. */
static PyObject *
compare(PyObject *a, PyObject *b, int op)
{
    PyTypeObject *type_a = Py_TYPE(a), *type_b = Py_TYPE(b);
    bool tried_b = false;
    PyObject *result;
    if (type_a != type_b && type_b->tp_richcompare != NULL && PyType_IsSubtype(type_b, type_a)) {
        tried_b = true;
        result = type_b->tp_richcompare(b, a, _Py_SwappedOp[op]);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    if (type_a->tp_richcompare != NULL) {
        result = type_a->tp_richcompare(a, b, op);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    if (!tried_b && Py_TYPE(b)->tp_richcompare != NULL) {
        result = Py_TYPE(b)->tp_richcompare(b, a, _Py_SwappedOp[op]);
        if (result != Py_NotImplemented) {
            return result;
        }
        Py_DECREF(result);
    }
    if (op == Py_EQ || op == Py_NE) {
        return PyBool_FromLong((a == b) == (op == Py_EQ));
    }
    return raise_unordered(a, b, op);
}

/* a op b; op is Py_LT ... Py_GE. */
PyObject *
PyObject_RichCompare(PyObject *a, PyObject *b, int op)
{
    PyThreadState *tstate = tstate_get();
    if (unlikely(a == NULL || b == NULL)) {
        if (!err_occurred(tstate)) {
            PyErr_BadInternalCall();
        }
        return NULL;
    }
    if (recursion_enter(tstate, " in comparison") < 0) {
        return NULL;
    }
    PyObject *result = compare(a, b, op);
    recursion_leave(tstate);
    return result;
}

/* bool(a op b), where an object always equals itself. */
int
PyObject_RichCompareBool(PyObject *a, PyObject *b, int op)
{
    if (a == b) {
        if (op == Py_EQ) {
            return 1;
        }
        if (op == Py_NE) {
            return 0;
        }
    }
    PyObject *result = PyObject_RichCompare(a, b, op);
    if (result == NULL) {
        return -1;
    }
    int truth = PyBool_Check(result) ? result == Py_True : PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth;
}

/* ---- hash, truth ------------------------------------------------------------------------------------------- */

Py_hash_t
PyObject_HashNotImplemented(PyObject *op)
{
    PyErr_Format(PyExc_TypeError, "unhashable type: '%.200s'", type_name(op));
    return -1;
}

/* hash(op) */
Py_hash_t
PyObject_Hash(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    if (likely(type->tp_hash != NULL)) {
        /* Only containers lead from hash to hash. */
        if (type_has(type, Py_TPFLAGS_HAVE_GC) && stack_check(" while hashing an object") < 0) {
            return -1;
        }
        return type->tp_hash(op);
    }
    /* A static type of an extension that nobody made ready. */
    if (type->tp_dict == NULL) {
        if (PyType_Ready(type) < 0) {
            return -1;
        }
        if (type->tp_hash != NULL) {
            return type->tp_hash(op);
        }
    }
    return PyObject_HashNotImplemented(op);
}

/* bool(op) */
int
PyObject_IsTrue(PyObject *op)
{
    if (op == Py_True) {
        return 1;
    }
    if (op == Py_False || op == Py_None) {
        return 0;
    }
    PyTypeObject *type = Py_TYPE(op);
    Py_ssize_t value;
    if (type->tp_as_number != NULL && type->tp_as_number->nb_bool != NULL) {
        value = type->tp_as_number->nb_bool(op);
    }
    else if (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL) {
        value = type->tp_as_mapping->mp_length(op);
    }
    else if (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL) {
        value = type->tp_as_sequence->sq_length(op);
    }
    else {
        return 1;
    }
    return value > 0 ? 1 : (int)value;
}

/* not op */
int
PyObject_Not(PyObject *op)
{
    int truth = PyObject_IsTrue(op);
    return truth < 0 ? truth : !truth;
}

int
PyCallable_Check(PyObject *op)
{
    return op != NULL && Py_TYPE(op)->tp_call != NULL;
}

/* ---- dir ----------------------------------------------------------------------------------------------------- */

static PyObject *
dir_locals(void)
{
    PyObject *locals = PyEval_GetLocals();
    if (locals == NULL) {
        return NULL;
    }
    PyObject *names = PyMapping_Keys(locals);
    if (names == NULL) {
        return NULL;
    }
    if (!PyList_Check(names)) {
        PyErr_Format(PyExc_TypeError,
                     "dir(): expected keys() of locals to be a list, not '%.200s'",
                     type_name(names));
        Py_DECREF(names);
        return NULL;
    }
    if (PyList_Sort(names) < 0) {
        Py_CLEAR(names);
    }
    return names;
}

/* dir(op); NULL stands for the current scope. */
PyObject *
PyObject_Dir(PyObject *op)
{
    if (op == NULL) {
        return dir_locals();
    }
    PyObject *func = _PyObject_LookupSpecial(op, ID(__dir__));
    if (func == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_TypeError, "object does not provide __dir__");
        }
        return NULL;
    }
    PyObject *result = PyObject_CallNoArgs(func);
    Py_DECREF(func);
    if (result == NULL) {
        return NULL;
    }
    PyObject *names = PySequence_List(result);
    Py_DECREF(result);
    if (names != NULL && PyList_Sort(names) < 0) {
        Py_CLEAR(names);
    }
    return names;
}

/* ---- items --------------------------------------------------------------------------------------------------- */

static PyObject *
raise_null(void)
{
    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_SystemError, "null argument to internal routine");
    }
    return NULL;
}

/* type(op) */
PyObject *
PyObject_Type(PyObject *op)
{
    return op == NULL ? raise_null() : Py_NewRef((PyObject *)Py_TYPE(op));
}

/* len(op) */
Py_ssize_t
PyObject_Size(PyObject *op)
{
    if (op == NULL) {
        raise_null();
        return -1;
    }
    PySequenceMethods *suite = Py_TYPE(op)->tp_as_sequence;
    return suite != NULL && suite->sq_length != NULL ? suite->sq_length(op) : PyMapping_Size(op);
}

#undef PyObject_Length
Py_ssize_t
PyObject_Length(PyObject *op)
{
    return PyObject_Size(op);
}

int
_PyObject_HasLen(PyObject *op)
{
    return (Py_TYPE(op)->tp_as_sequence != NULL && Py_TYPE(op)->tp_as_sequence->sq_length != NULL) ||
           (Py_TYPE(op)->tp_as_mapping != NULL && Py_TYPE(op)->tp_as_mapping->mp_length != NULL);
}

/* operator.length_hint(op, fallback) */
Py_ssize_t
PyObject_LengthHint(PyObject *op, Py_ssize_t fallback)
{
    if (_PyObject_HasLen(op)) {
        Py_ssize_t size = PyObject_Size(op);
        if (size >= 0) {
            return size;
        }
        if (!PyErr_ExceptionMatches(PyExc_TypeError)) {
            return -1;
        }
        PyErr_Clear();
    }
    PyObject *func = _PyObject_LookupSpecial(op, ID(__length_hint__));
    if (func == NULL) {
        return PyErr_Occurred() ? -1 : fallback;
    }
    PyObject *hint = PyObject_CallNoArgs(func);
    Py_DECREF(func);
    if (hint == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            return fallback;
        }
        return -1;
    }
    if (hint == Py_NotImplemented) {
        Py_DECREF(hint);
        return fallback;
    }
    if (!PyLong_Check(hint)) {
        PyErr_Format(PyExc_TypeError, "__length_hint__ must be an integer, not %.100s",
                     type_name(hint));
        Py_DECREF(hint);
        return -1;
    }
    Py_ssize_t size = PyLong_AsSsize_t(hint);
    Py_DECREF(hint);
    if (size < 0 && !PyErr_Occurred()) {
        PyErr_Format(PyExc_ValueError, "__length_hint__() should return >= 0");
        return -1;
    }
    return size;
}

static COLD PyObject *
raise_no_items(PyObject *op, const char *what)
{
    PyErr_Format(PyExc_TypeError, "'%.200s' object %s", type_name(op), what);
    return NULL;
}

static COLD void
raise_index_type(PyObject *key)
{
    PyErr_Format(PyExc_TypeError, "sequence index must be integer, not '%.200s'", type_name(key));
}

static PyObject *
class_get_item(PyObject *class, PyObject *key)
{
    if (class == (PyObject *)&PyType_Type) {
        return Py_GenericAlias(class, key);
    }
    PyObject *func;
    if (_PyObject_LookupAttr(class, ID(__class_getitem__), &func) < 0) {
        return NULL;
    }
    if (func != NULL && func != Py_None) {
        PyObject *result = PyObject_CallOneArg(func, key);
        Py_DECREF(func);
        return result;
    }
    Py_XDECREF(func);
    PyErr_Format(PyExc_TypeError, "type '%.200s' is not subscriptable",
                 ((PyTypeObject *)class)->tp_name);
    return NULL;
}

/* op[key] */
PyObject *
PyObject_GetItem(PyObject *op, PyObject *key)
{
    if (op == NULL || key == NULL) {
        return raise_null();
    }
    PyMappingMethods *mapping = Py_TYPE(op)->tp_as_mapping;
    if (mapping != NULL && mapping->mp_subscript != NULL) {
        return mapping->mp_subscript(op, key);
    }
    PySequenceMethods *sequence = Py_TYPE(op)->tp_as_sequence;
    if (sequence != NULL && sequence->sq_item != NULL) {
        if (!PyIndex_Check(key)) {
            raise_index_type(key);
            return NULL;
        }
        Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
        return index == -1 && PyErr_Occurred() ? NULL : PySequence_GetItem(op, index);
    }
    if (PyType_Check(op)) {
        return class_get_item(op, key);
    }
    return raise_no_items(op, "is not subscriptable");
}

static int
assign_item(PyObject *op, PyObject *key, PyObject *value, const char *missing)
{
    if (op == NULL || key == NULL) {
        raise_null();
        return -1;
    }
    PyMappingMethods *mapping = Py_TYPE(op)->tp_as_mapping;
    if (mapping != NULL && mapping->mp_ass_subscript != NULL) {
        return mapping->mp_ass_subscript(op, key, value);
    }
    PySequenceMethods *sequence = Py_TYPE(op)->tp_as_sequence;
    if (sequence != NULL) {
        if (PyIndex_Check(key)) {
            Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
            if (index == -1 && PyErr_Occurred()) {
                return -1;
            }
            return value == NULL ? PySequence_DelItem(op, index)
                                 : PySequence_SetItem(op, index, value);
        }
        if (sequence->sq_ass_item != NULL) {
            raise_index_type(key);
            return -1;
        }
    }
    raise_no_items(op, missing);
    return -1;
}

/* op[key] = value */
int
PyObject_SetItem(PyObject *op, PyObject *key, PyObject *value)
{
    if (value == NULL) {
        raise_null();
        return -1;
    }
    return assign_item(op, key, value, "does not support item assignment");
}

/* del op[key] */
int
PyObject_DelItem(PyObject *op, PyObject *key)
{
    return assign_item(op, key, NULL, "does not support item deletion");
}

int
PyObject_DelItemString(PyObject *op, const char *key)
{
    if (op == NULL || key == NULL) {
        raise_null();
        return -1;
    }
    PyObject *text = PyUnicode_FromString(key);
    if (text == NULL) {
        return -1;
    }
    int result = PyObject_DelItem(op, text);
    Py_DECREF(text);
    return result;
}
