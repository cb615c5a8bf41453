/* "Did you mean": the name closest to one that was not found. */
#include "object/doors.h"
#include "object/declare.h"
#include "object/state.h"
#include <frameobject.h>
#include <string.h>

enum { MAX_ITEMS = 750, MAX_LENGTH = 40, MOVE = 2, CASE = 1 };

/* Cost of writing one character for another: less if only the case differs. */
static Py_ssize_t
substitution(char a, char b)
{
    if ((a & 31) != (b & 31)) {
        return MOVE;
    }
    if (a == b) {
        return 0;
    }
    if ('A' <= a && a <= 'Z') {
        a += 'a' - 'A';
    }
    if ('A' <= b && b <= 'Z') {
        b += 'a' - 'A';
    }
    return a == b ? CASE : MOVE;
}

/* Levenshtein distance of two texts, or max_cost + 1 as soon as it is sure to be more. */
static Py_ssize_t
distance(const char *a, size_t a_size, const char *b, size_t b_size, Py_ssize_t max_cost)
{
    size_t row[MAX_LENGTH];
    if (a == b) {
        return 0;
    }
    while (a_size && b_size && a[0] == b[0]) {
        a++, a_size--;
        b++, b_size--;
    }
    while (a_size && b_size && a[a_size - 1] == b[b_size - 1]) {
        a_size--;
        b_size--;
    }
    if (a_size == 0 || b_size == 0) {
        return (Py_ssize_t)(a_size + b_size) * MOVE;
    }
    if (a_size > MAX_LENGTH || b_size > MAX_LENGTH) {
        return max_cost + 1;
    }
    if (b_size < a_size) {
        const char *t = a;
        size_t t_size = a_size;
        a = b, a_size = b_size;
        b = t, b_size = t_size;
    }
    if ((Py_ssize_t)(b_size - a_size) * MOVE > max_cost) {
        return max_cost + 1;
    }
    for (size_t i = 0; i < a_size; i++) {
        row[i] = (i + 1) * MOVE;
    }
    size_t result = 0;
    for (size_t j = 0; j < b_size; j++) {
        /* `diagonal` and `left` are the neighbours of row[i] in the matrix whose one row is kept */
        size_t diagonal = j * MOVE, left = (j + 1) * MOVE, least = SIZE_MAX;
        for (size_t i = 0; i < a_size; i++) {
            size_t substitute = diagonal + (size_t)substitution(b[j], a[i]);
            diagonal = row[i];
            size_t insert_delete = (left < diagonal ? left : diagonal) + MOVE;
            left = substitute < insert_delete ? substitute : insert_delete;
            row[i] = left;
            if (left < least) {
                least = left;
            }
        }
        result = left;
        if (least > (size_t)max_cost) {
            return max_cost + 1;
        }
    }
    return (Py_ssize_t)result;
}

/* The edit cost of two str, or -1 with an exception. */
Py_ssize_t
_Py_UTF8_Edit_Cost(PyObject *a, PyObject *b, Py_ssize_t max_cost)
{
    Py_ssize_t a_size, b_size;
    const char *a_text = PyUnicode_AsUTF8AndSize(a, &a_size);
    const char *b_text = a_text == NULL ? NULL : PyUnicode_AsUTF8AndSize(b, &b_size);
    if (b_text == NULL) {
        return -1;
    }
    if (max_cost == -1) {
        max_cost = MOVE * (a_size > b_size ? a_size : b_size);
    }
    return distance(a_text, (size_t)a_size, b_text, (size_t)b_size, max_cost);
}

/* The item of a list of str that is closest to `name`, new; NULL if none is close. */
static PyObject *
closest(PyObject *list, PyObject *name)
{
    Py_ssize_t size, best_cost = PY_SSIZE_T_MAX, count = PyList_GET_SIZE(list);
    PyObject *best = NULL;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text == NULL || count >= MAX_ITEMS) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        Py_ssize_t item_size;
        if (!PyUnicode_Check(item)) {
            return NULL;
        }
        const char *item_text = PyUnicode_AsUTF8AndSize(item, &item_size);
        if (item_text == NULL) {
            return NULL;
        }
        if (PyUnicode_CompareWithASCIIString(name, item_text) == 0) {
            continue;
        }
        /* No more than a third of the characters may need changing. */
        Py_ssize_t max_cost = (size + item_size + 3) * MOVE / 6;
        if (max_cost > best_cost - 1) {
            max_cost = best_cost - 1;
        }
        Py_ssize_t cost = distance(text, (size_t)size, item_text, (size_t)item_size, max_cost);
        if (cost <= max_cost && (best == NULL || cost < best_cost)) {
            best = item;
            best_cost = cost;
        }
    }
    return Py_XNewRef(best);
}

static PyObject *
suggest_attribute(PyAttributeErrorObject *error)
{
    if (error->name == NULL || error->obj == NULL || !PyUnicode_CheckExact(error->name)) {
        return NULL;
    }
    PyObject *list = PyObject_Dir(error->obj);
    PyObject *result = list == NULL ? NULL : closest(list, error->name);
    Py_XDECREF(list);
    return result;
}

static PyObject *
suggest_in(PyObject *mapping, PyObject *name)
{
    PyObject *list = mapping == NULL ? NULL : PySequence_List(mapping);
    PyObject *result = list == NULL ? NULL : closest(list, name);
    Py_XDECREF(list);
    return result;
}

static PyObject *
suggest_name(PyNameErrorObject *error)
{
    if (error->name == NULL || error->traceback == NULL || !PyUnicode_CheckExact(error->name) ||
        !PyTraceBack_Check(error->traceback)) {
        return NULL;
    }
    PyTracebackObject *tb = (PyTracebackObject *)error->traceback;
    while (tb->tb_next != NULL) {
        tb = tb->tb_next;
    }
    PyFrameObject *frame = tb->tb_frame;
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *names = PyCode_GetVarnames(code), *result = NULL;
    Py_DECREF(code);
    if (names != NULL) {
        result = suggest_in(names, error->name);
        Py_DECREF(names);
    }
    PyObject *(*const scopes[])(PyFrameObject *) = {PyFrame_GetGlobals, PyFrame_GetBuiltins};
    for (size_t i = 0; result == NULL && !PyErr_Occurred() && i < ARRAY_LEN(scopes); i++) {
        PyObject *scope = scopes[i](frame);
        result = suggest_in(scope, error->name);
        Py_XDECREF(scope);
    }
    return result;
}

PyObject *
suggest_for(PyObject *exception)
{
    PyObject *result = NULL;
    if (Py_IS_TYPE(exception, (PyTypeObject *)PyExc_AttributeError)) {
        result = suggest_attribute((PyAttributeErrorObject *)exception);
    }
    else if (Py_IS_TYPE(exception, (PyTypeObject *)PyExc_NameError)) {
        result = suggest_name((PyNameErrorObject *)exception);
    }
    if (result == NULL) {
        PyErr_Clear();
    }
    return result;
}
