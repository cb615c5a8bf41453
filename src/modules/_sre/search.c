/* One search: its text, its stack, and the matcher in three widths (machine.h). */
#include "modules/_sre/sre.h"

/* What the stack holds.  CHOICE_*: another way to go on.  UNDO_*: state to put back.  FRAME: where a
   sub-match began. */
enum entry_kind {
    CHOICE_BRANCH,          /* a: next alternative, b: ptr */
    CHOICE_GREEDY,          /* a: operands of REPEAT_ONE, b: ptr, c: count */
    CHOICE_LAZY,            /* a: operands of MIN_REPEAT_ONE, b: ptr, c: count */
    CHOICE_TAIL,            /* a: repeat, b: ptr, c: count */
    CHOICE_BODY,            /* a: repeat, b: ptr */
    FRAME,                  /* a: operator, b: ptr, c: frame outside, d: count */
    UNDO_MARK,              /* a: mark, b: its value, c: lastindex */
    UNDO_COUNT,             /* a: repeat, b: count, c: last */
    UNDO_REPEAT,            /* b: current repeat, c: repeats in use */
};

struct entry {
    enum entry_kind kind;
    Word a;
    Py_ssize_t b, c, d;
};

static status
stack_grow(Search *s)
{
    Py_ssize_t room = s->stack_room ? s->stack_room * 2 : 64;
    struct entry *stack = room > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(*stack)
                              ? NULL
                              : PyMem_Realloc(s->stack, (size_t)room * sizeof(*stack));
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    s->stack = stack;
    s->stack_room = room;
    return 0;
}

static status
repeats_grow(Search *s)
{
    Py_ssize_t room = s->repeats_room ? s->repeats_room * 2 : 8;
    struct repeat *repeats = room > INT32_MAX ? NULL
                                              : PyMem_Realloc(s->repeats,
                                                              (size_t)room * sizeof(*repeats));
    if (repeats == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    s->repeats = repeats;
    s->repeats_room = room;
    return 0;
}

/* Put back what an entry remembers; choices are simply forgotten. */
static inline void
undo(Search *s, const struct entry *e, int32_t *repeat)
{
    switch (e->kind) {
    case UNDO_MARK:
        s->mark[e->a] = e->b;
        s->lastindex = e->c;
        break;
    case UNDO_COUNT:
        s->repeats[e->a].count = e->b;
        s->repeats[e->a].last = e->c;
        break;
    case UNDO_REPEAT:
        *repeat = (int32_t)e->b;
        s->repeats_len = e->c;
        break;
    default:
        break;
    }
}

/* Drop the frame entry and the choices above it, keep what is to be undone. */
static void
cut(Search *s, Py_ssize_t frame)
{
    Py_ssize_t to = frame;
    for (Py_ssize_t from = frame + 1; from < s->stack_len; from++) {
        if (s->stack[from].kind >= UNDO_MARK) {
            s->stack[to++] = s->stack[from];
        }
    }
    s->stack_len = to;
}

#define CHAR Py_UCS1
#define M(name) name##_1
#include "modules/_sre/machine.h"
#undef CHAR
#undef M
#define CHAR Py_UCS2
#define M(name) name##_2
#include "modules/_sre/machine.h"
#undef CHAR
#undef M
#define CHAR Py_UCS4
#define M(name) name##_4
#include "modules/_sre/machine.h"
#undef CHAR
#undef M

const void *
text_of(PyObject *string, Py_ssize_t *length, int *isbytes, int *width, Py_buffer *view)
{
    view->buf = NULL;
    if (PyUnicode_Check(string)) {
        if (PyUnicode_READY(string) < 0) {
            return NULL;
        }
        *length = PyUnicode_GET_LENGTH(string);
        *width = PyUnicode_KIND(string);
        *isbytes = 0;
        return PyUnicode_DATA(string);
    }
    if (PyObject_GetBuffer(string, view, PyBUF_SIMPLE) != 0) {
        PyErr_Format(PyExc_TypeError, "expected string or bytes-like object, got '%.200s'",
                     Py_TYPE(string)->tp_name);
        return NULL;
    }
    *length = view->len;
    *width = 1;
    *isbytes = 1;
    if (view->buf == NULL) {
        PyErr_SetString(PyExc_ValueError, "Buffer is NULL");
        PyBuffer_Release(view);
        view->buf = NULL;
        return NULL;
    }
    return view->buf;
}

status
search_init(Search *s, Pattern *pattern, PyObject *string, Py_ssize_t start, Py_ssize_t end)
{
    memset(s, 0, sizeof(*s));
    s->lastindex = -1;
    s->groups = pattern->groups;
    s->code = pattern->code;
    if (pattern->groups > 0) {
        s->mark = PyMem_New(Py_ssize_t, 2 * pattern->groups);
        if (s->mark == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    s->text = text_of(string, &s->length, &s->isbytes, &s->width, &s->buffer);
    if (s->text == NULL) {
        goto fail;
    }
    if (pattern->isbytes >= 0 && pattern->isbytes != s->isbytes) {
        PyErr_SetString(PyExc_TypeError, s->isbytes
                                             ? "cannot use a string pattern on a bytes-like object"
                                             : "cannot use a bytes pattern on a string-like object");
        goto fail;
    }
    start = start < 0 ? 0 : start > s->length ? s->length : start;
    end = end < 0 ? 0 : end > s->length ? s->length : end;
    s->begin = s->start = s->ptr = start;
    s->end = end;
    s->string = Py_NewRef(string);
    return 0;
fail:
    PyMem_Free(s->mark);
    s->mark = NULL;
    if (s->buffer.buf != NULL) {
        PyBuffer_Release(&s->buffer);
        s->buffer.buf = NULL;
    }
    return -1;
}

void
search_fini(Search *s)
{
    if (s->buffer.buf != NULL) {
        PyBuffer_Release(&s->buffer);
    }
    Py_CLEAR(s->string);
    PyMem_Free(s->mark);
    PyMem_Free(s->stack);
    PyMem_Free(s->repeats);
    s->mark = NULL;
    s->stack = NULL;
    s->repeats = NULL;
    s->buffer.buf = NULL;
}

int
search_match(Search *s, const Word *code)
{
    /* start may lie behind end: only what is empty and does not ask for the end matches there. */
    if (code[0] == OP_INFO) {
        if (code[3] && s->end - s->start < (Py_ssize_t)code[3]) {
            return 0;
        }
        code += 1 + code[1];
    }
    s->ptr = s->start;
    switch (s->width) {
    case 1:
        forget_1(s);
        return run_1(s, code, s->start);
    case 2:
        forget_2(s);
        return run_2(s, code, s->start);
    default:
        forget_4(s);
        return run_4(s, code, s->start);
    }
}

int
search_find(Search *s, const Word *code)
{
    switch (s->width) {
    case 1:
        return find_1(s, code);
    case 2:
        return find_2(s, code);
    default:
        return find_4(s, code);
    }
}

PyObject *
search_slice(int isbytes, const void *text, PyObject *string, Py_ssize_t start, Py_ssize_t end)
{
    if (isbytes) {
        if (PyBytes_CheckExact(string) && start == 0 && end == PyBytes_GET_SIZE(string)) {
            return Py_NewRef(string);
        }
        return PyBytes_FromStringAndSize((const char *)text + start, end - start);
    }
    return PyUnicode_Substring(string, start, end);
}
