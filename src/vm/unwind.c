/* Unwinding: from a raising instruction to its handler, by the code's exception table.

   The table is a byte string of entries sorted by start.  Each entry is four numbers in groups of
   six bits, high group first, bit 6 set on all but the last byte of a number, bit 7 set on the
   first byte of an entry: start, length, target (in code units), depth * 2 + push_last. */
#include "object/state.h"
#include "vm/eval.h"

static ALWAYS_INLINE const uint8_t *
read_number(const uint8_t *p, int *value)
{
    int n = *p & 63;
    while (unlikely(*p & 64)) {
        p++;
        n = n << 6 | (*p & 63);
    }
    *value = n;
    return p + 1;
}

bool
unwind_find_handler(PyCodeObject *code, int index, struct Handler *handler)
{
    const uint8_t *p = (const uint8_t *)PyBytes_AS_STRING(code->co_exceptiontable);
    const uint8_t *end = p + PyBytes_GET_SIZE(code->co_exceptiontable);
    /* Halve a long table while its middle entry still starts at or before the instruction. */
    while (end - p > 64) {
        const uint8_t *middle = p + (end - p) / 2;
        while (middle > p && !(*middle & 128)) {
            middle--;
        }
        int start;
        read_number(middle, &start);
        if (middle == p) {
            break;
        }
        if (start > index) {
            end = middle;
        }
        else {
            p = middle;
        }
    }
    while (p < end) {
        int start, length, target, depth;
        p = read_number(p, &start);
        if (start > index) {
            return false;
        }
        p = read_number(p, &length);
        if (index >= start + length) {
            /* Bit 7 marks where the next entry begins. */
            do {
                p++;
            } while (p < end && !(*p & 128));
        }
        else {
            p = read_number(p, &target);
            p = read_number(p, &depth);
            handler->target = target;
            handler->depth = depth >> 1;
            handler->push_last = depth & 1;
            return true;
        }
    }
    return false;
}

PyObject *
unwind_take_exception(PyThreadState *tstate)
{
    PyObject *type = tstate->curexc_type;
    PyObject *value = tstate->curexc_value;
    PyObject *traceback = tstate->curexc_traceback;
    tstate->curexc_type = tstate->curexc_value = tstate->curexc_traceback = NULL;
    if (value == NULL || (PyObject *)Py_TYPE(value) != type) {
        PyErr_NormalizeException(&type, &value, &traceback);
    }
    PyBaseExceptionObject *exception = (PyBaseExceptionObject *)value;
    PyObject *old = exception->traceback;
    exception->traceback = traceback;
    Py_XDECREF(old);
    Py_DECREF(type);
    return value;
}

void
unwind_restore(PyThreadState *tstate, PyObject *value_take)
{
    PyObject *type = Py_NewRef(Py_TYPE(value_take));
    PyObject *traceback = Py_XNewRef(((PyBaseExceptionObject *)value_take)->traceback);
    if (likely(tstate->curexc_type == NULL)) {
        tstate->curexc_type = type;
        tstate->curexc_value = value_take;
        tstate->curexc_traceback = traceback;
    }
    else {
        PyErr_Restore(type, value_take, traceback);
    }
}
