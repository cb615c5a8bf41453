/* One parse of arguments by a format string, for the files that do it.

   A parse begins (parse_begin), takes name and message from the end of the format, converts arguments
   in order by the items at p->format, and finishes (parse_finish).

   Ownership: targets get borrowed objects and pointers into them.  What an item acquires (memory,
   buffers, what a converter made) is put into `cleanups` and given back if a later item fails;
   otherwise it is the caller's.  Functions return 1, or 0 with an exception. */
#ifndef KRAIT_CAPI_PARSE_H
#define KRAIT_CAPI_PARSE_H

#include "object/args.h"
#include "object/state.h"

#undef PyArg_Parse
#undef PyArg_ParseTuple
#undef PyArg_ParseTupleAndKeywords
#undef PyArg_VaParse
#undef PyArg_VaParseTupleAndKeywords
#undef _PyArg_ParseTupleAndKeywordsFast
#undef _PyArg_ParseStack
#undef _PyArg_ParseStackAndKeywords
#undef _PyArg_VaParseTupleAndKeywordsFast

enum { SIZE_T_LENGTHS = 1, MAX_ITEMS = 64, MAX_NESTING = 8, MAX_CLEANUPS = 128 };

/* What was acquired and must be given back if parsing fails. */
struct Cleanup {
    enum { FREE_MEMORY, RELEASE_BUFFER, CALL_CONVERTER } kind;
    void *target;
    int (*converter)(PyObject *, void *);
};

struct Parse {
    const char *format;             /* what is left of it */
    int flags;
    const char *fname, *message;    /* after ':' and ';' */
    va_list *va;
    int path[MAX_NESTING];          /* argument number, then item numbers, from 1 */
    int depth;
    struct Cleanup cleanups[MAX_CLEANUPS];
    int cleanups_len;
};

/* `cleanups` need no values. */
static inline void
parse_begin(struct Parse *p, const char *format, va_list *va, int flags)
{
    p->format = format;
    p->flags = flags;
    p->fname = p->message = NULL;
    p->va = va;
    p->depth = 0;
    p->cleanups_len = 0;
}

/* ---- parse.c: messages, and what was acquired ---- */

/* Raise for the current argument unless an exception is set already; 0. */
int parse_fail(struct Parse *p, PyObject *exception, const char *detail);
/* The same: "must be ..., not ..." */
int parse_must_be(struct Parse *p, const char *expected, PyObject *arg);
/* A mistake in the format: the caller's, not the user's. */
int parse_impossible(struct Parse *p, const char *detail);
/* Put something acquired, of one of the kinds of Cleanup, among the cleanups. */
int parse_remember(struct Parse *p, int kind, void *target, int (*converter)(PyObject *, void *));
/* Give everything back; 0. */
int parse_undo(struct Parse *p);

/* The end of a parse that went well, or did not; `ok`. */
static ALWAYS_INLINE int
parse_finish(struct Parse *p, int ok)
{
    return likely(ok) ? ok : parse_undo(p);
}

/* ---- parse_item.c ---- */

#define TARGET(type) va_arg(*p->va, type *)

/* Behind one item of a format, and into *items (or NULL) how many a bracket has; NULL if the format is
   broken. */
const char *format_skip(const char *f, int *items);
int parse_simple(struct Parse *p, PyObject *arg);
int parse_sequence(struct Parse *p, PyObject *arg);

/* Convert one object by the item at p->format, which is consumed. */
static ALWAYS_INLINE int
parse_item(struct Parse *p, PyObject *arg)
{
    return *p->format == '(' ? parse_sequence(p, arg) : parse_simple(p, arg);
}

/* Step over the item and the C arguments of what was not given. */
void parse_skip(struct Parse *p);

/* ---- the entries ---- */

/* A function with `...` after `last`, which `call` sees as va. */
#define PARSE_ENTRY(name, params, last, call)                                                      \
    int name params                                                                                \
    {                                                                                              \
        va_list va;                                                                                \
        va_start(va, last);                                                                        \
        int ok = call;                                                                             \
        va_end(va);                                                                                \
        return ok;                                                                                 \
    }

#endif
