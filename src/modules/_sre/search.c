/* One search: its text, its stack, and the matcher in three widths (machine.h). */
#include "modules/_sre/sre.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static status
stack_grow(Search *s)
{
    Py_ssize_t room = s->stack_room * 2;
    struct entry *stack = NULL;
    if (room <= PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(*stack)) {
        stack = PyMem_Realloc(s->stack == s->first_entries ? NULL : s->stack,
                              (size_t)room * sizeof(*stack));
    }
    if (stack == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (s->stack == s->first_entries) {
        memcpy(stack, s->first_entries, sizeof(s->first_entries));
    }
    s->stack = stack;
    s->stack_room = room;
    return 0;
}

static status
repeats_grow(Search *s)
{
    Py_ssize_t room = s->repeats_room * 2;
    struct repeat *repeats = NULL;
    if (room <= INT32_MAX) {
        repeats = PyMem_Realloc(s->repeats == s->first_repeats ? NULL : s->repeats,
                                (size_t)room * sizeof(*repeats));
    }
    if (repeats == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (s->repeats == s->first_repeats) {
        memcpy(repeats, s->first_repeats, sizeof(s->first_repeats));
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

/* Move what is to be undone in from..end to `to`, drop the choices; the new end. */
static struct entry *
cut(struct entry *to, const struct entry *from, const struct entry *end)
{
    for (; from < end; from++) {
        if (from->kind >= UNDO_MARK) {
            *to++ = *from;
        }
    }
    return to;
}

static inline void
forget(Search *s)
{
    s->marked = false;
    s->lastindex = -1;
    for (Py_ssize_t i = 0; i < 2 * s->groups; i++) {
        s->mark[i] = -1;
    }
}

/* ---- literal prefixes ---------------------------------------------------------------------- */

enum { LONGEST_PAIR = 32 };         /* longer ones could be compared too often */

static inline bool
prefix_at(const Program *g, const Py_UCS1 *p)
{
    for (Word i = 0; i < g->prefix_length; i++) {
        if (p[i] != g->prefix[i]) {
            return false;
        }
    }
    return true;
}

/* Find the prefix in text[ptr..end): sixteen places at a time whose first and last character fit. */
static Py_ssize_t
find_pair(const Program *g, const Py_UCS1 *text, Py_ssize_t ptr, Py_ssize_t end)
{
    Py_ssize_t length = g->prefix_length;
    const Py_UCS1 *p = text + ptr, *last = text + end - length;
    if (p > last) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        if (g->prefix[i] > 255) {
            return -1;
        }
    }
    if (length == 1) {
        p = memchr(p, (int)g->prefix[0], (size_t)(last - p) + 1);
        return p == NULL ? -1 : p - text;
    }
#ifdef __SSE2__
    const __m128i first = _mm_set1_epi8((char)g->prefix[0]);
    const __m128i final = _mm_set1_epi8((char)g->prefix[length - 1]);
    for (; last - p >= 15; p += 16) {
        __m128i a = _mm_loadu_si128((const __m128i *)p);
        __m128i b = _mm_loadu_si128((const __m128i *)(p + length - 1));
        __m128i both = _mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, final));
        unsigned hits = (unsigned)_mm_movemask_epi8(both);
        for (; hits != 0; hits &= hits - 1) {
            const Py_UCS1 *hit = p + __builtin_ctz(hits);
            if (prefix_at(g, hit)) {
                return hit - text;
            }
        }
    }
#endif
    for (; p <= last; p++) {
        if (*p == g->prefix[0] && prefix_at(g, p)) {
            return p - text;
        }
    }
    return -1;
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
    s->string = NULL;
    s->buffer.buf = NULL;
    s->stack = s->first_entries;
    s->stack_room = FIRST_ENTRIES;
    s->repeats = s->first_repeats;
    s->repeats_len = 0;
    s->repeats_room = FIRST_REPEATS;
    s->mark = s->first_marks;
    s->groups = pattern->groups;
    s->lastindex = -1;
    s->ticks = 0;
    s->match_all = s->must_advance = false;
    s->marked = true;               /* they have no values yet */
    if (pattern->program == NULL) {
        pattern->program = program_new(pattern->code, pattern->codesize);
        if (pattern->program == NULL) {
            return -1;
        }
    }
    s->program = pattern->program;
    if (2 * pattern->groups > FIRST_MARKS) {
        s->mark = PyMem_New(Py_ssize_t, 2 * pattern->groups);
        if (s->mark == NULL) {
            s->mark = s->first_marks;
            PyErr_NoMemory();
            return -1;
        }
    }
    s->text = text_of(string, &s->length, &s->isbytes, &s->width, &s->buffer);
    if (s->text == NULL) {
        goto fail;
    }
    if (unlikely(pattern->isbytes >= 0 && pattern->isbytes != s->isbytes)) {
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
    search_fini(s);
    return -1;
}

void
search_fini(Search *s)
{
    if (s->buffer.buf != NULL) {
        PyBuffer_Release(&s->buffer);
        s->buffer.buf = NULL;
    }
    Py_CLEAR(s->string);
    if (s->mark != s->first_marks) {
        PyMem_Free(s->mark);
        s->mark = s->first_marks;
    }
    if (s->stack != s->first_entries) {
        PyMem_Free(s->stack);
        s->stack = s->first_entries;
    }
    if (s->repeats != s->first_repeats) {
        PyMem_Free(s->repeats);
        s->repeats = s->first_repeats;
    }
}

int
search_match(Search *s)
{
    const Program *g = s->program;
    const Word *pc = g->code + g->entry;
    /* start may lie behind end: only what is empty and does not ask for the end matches there. */
    if (g->min_length > 0 && s->end - s->start < g->min_length) {
        return 0;
    }
    if (s->marked) {
        forget(s);
    }
    s->ptr = s->start;
    switch (s->width) {
    case 1:
        return run_1(s, pc, s->start, s->start);
    case 2:
        return run_2(s, pc, s->start, s->start);
    default:
        return run_4(s, pc, s->start, s->start);
    }
}

int
search_find(Search *s)
{
    switch (s->width) {
    case 1:
        return find_1(s);
    case 2:
        return find_2(s);
    default:
        return find_4(s);
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
