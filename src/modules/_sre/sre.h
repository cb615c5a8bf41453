/* Regular expressions: what the files of _sre share.

   re._compiler turns a pattern into a sequence of 32-bit words; the matcher here runs them as a
   backtracking machine.  Nothing recurses on the C stack: choices, frames of sub-matches and the
   undo log of captures lie on one heap-allocated stack (machine.h). */
#ifndef KRAIT_MODULES_SRE_H
#define KRAIT_MODULES_SRE_H

#include "object/declare.h"

typedef uint32_t Word;

enum {
    SRE_MAGIC = 20220615,
    MAX_GROUPS = INT_MAX / 2,           /* no pattern comes near; keeps 2 * groups in an int */
    SETWORDS = 8,                   /* words of a 256-bit set */
};
#define MAX_REPEAT ((Word)-1)

/* In the order of re/_constants.py. */
enum opcode {
    OP_FAILURE, OP_SUCCESS, OP_ANY, OP_ANY_ALL, OP_ASSERT, OP_ASSERT_NOT, OP_AT, OP_BRANCH,
    OP_CATEGORY, OP_CHARSET, OP_BIGCHARSET, OP_GROUPREF, OP_GROUPREF_EXISTS, OP_IN, OP_INFO,
    OP_JUMP, OP_LITERAL, OP_MARK, OP_MAX_UNTIL, OP_MIN_UNTIL, OP_NOT_LITERAL, OP_NEGATE, OP_RANGE,
    OP_REPEAT, OP_REPEAT_ONE, OP_SUBPATTERN, OP_MIN_REPEAT_ONE, OP_ATOMIC_GROUP,
    OP_POSSESSIVE_REPEAT, OP_POSSESSIVE_REPEAT_ONE, OP_GROUPREF_IGNORE, OP_IN_IGNORE,
    OP_LITERAL_IGNORE, OP_NOT_LITERAL_IGNORE, OP_GROUPREF_LOC_IGNORE, OP_IN_LOC_IGNORE,
    OP_LITERAL_LOC_IGNORE, OP_NOT_LITERAL_LOC_IGNORE, OP_GROUPREF_UNI_IGNORE, OP_IN_UNI_IGNORE,
    OP_LITERAL_UNI_IGNORE, OP_NOT_LITERAL_UNI_IGNORE, OP_RANGE_UNI_IGNORE,
};

enum position {
    AT_BEGINNING, AT_BEGINNING_LINE, AT_BEGINNING_STRING, AT_BOUNDARY, AT_NON_BOUNDARY, AT_END,
    AT_END_LINE, AT_END_STRING, AT_LOC_BOUNDARY, AT_LOC_NON_BOUNDARY, AT_UNI_BOUNDARY,
    AT_UNI_NON_BOUNDARY,
};

enum category {
    CAT_DIGIT, CAT_NOT_DIGIT, CAT_SPACE, CAT_NOT_SPACE, CAT_WORD, CAT_NOT_WORD, CAT_LINEBREAK,
    CAT_NOT_LINEBREAK, CAT_LOC_WORD, CAT_LOC_NOT_WORD, CAT_UNI_DIGIT, CAT_UNI_NOT_DIGIT,
    CAT_UNI_SPACE, CAT_UNI_NOT_SPACE, CAT_UNI_WORD, CAT_UNI_NOT_WORD, CAT_UNI_LINEBREAK,
    CAT_UNI_NOT_LINEBREAK,
};

enum { INFO_PREFIX = 1, INFO_LITERAL = 2, INFO_CHARSET = 4 };
enum {
    FLAG_TEMPLATE = 1, FLAG_IGNORECASE = 2, FLAG_LOCALE = 4, FLAG_MULTILINE = 8, FLAG_DOTALL = 16,
    FLAG_UNICODE = 32, FLAG_VERBOSE = 64, FLAG_DEBUG = 128, FLAG_ASCII = 256,
};

/* ---- what the matcher runs (prepare.c) ------------------------------------------------------- */

/* A note: table and bit of a set; 0 if nothing is known. */
enum { NOTE_TABLE = 0x7fffff00 };
#define NOTE_NOT_BEYOND 0x80000000u /* no character from 256 on */

typedef struct {
    Py_ssize_t size;                /* words; each has its note `size` words further on */
    unsigned char *tables;          /* of 256 bytes; a set is a bit of one */
    Word entry;                     /* the first operator */
    Py_ssize_t min_length;          /* of a match */
    bool anchored;                  /* matches at the beginning only */
    bool literal;                   /* the prefix is all */
    const Word *prefix, *overlap;   /* what every match begins with; overlap: Knuth, Morris, Pratt */
    Word prefix_length;
    Word prefix_skip;               /* LITERALs at entry that are in the prefix */
    int depth;                      /* characters from the beginning that `start` knows, up to 8 */
    unsigned char start_beyond;     /* where characters from 256 on may stand */
    unsigned char start[256];       /* bit i: may be the character i of a match */
    Word code[];                    /* 2 * size */
} Program;

Program *program_new(const Word *code, Py_ssize_t size);
void program_free(Program *program);

typedef struct {
    PyObject_VAR_HEAD
    Py_ssize_t groups;              /* without group 0 */
    PyObject *groupindex;           /* dict: name -> number */
    PyObject *indexgroup;           /* tuple: number -> name or None */
    PyObject *pattern;              /* str, bytes-like or None */
    int flags;
    int isbytes;                    /* 1 bytes, 0 str, -1 neither */
    PyObject *weakreflist;
    Py_ssize_t codesize;
    Program *program;               /* made when first needed */
    Word code[1];
} Pattern;

typedef struct {
    PyObject_VAR_HEAD
    PyObject *string;               /* what was searched */
    PyObject *regs;                 /* cached tuple of spans, or NULL */
    Pattern *pattern;
    Py_ssize_t pos, endpos;         /* as given, clipped */
    Py_ssize_t lastindex;           /* -1 if none */
    Py_ssize_t groups;              /* with group 0 */
    Py_ssize_t mark[1];             /* start and end of each group, -1 if it took no part */
} Match;

typedef struct {
    PyTypeObject *pattern_type, *match_type, *scanner_type;
} SreState;

/* ---- one search ---------------------------------------------------------------------------- */

/* What the stack holds.  CHOICE_*: another way to go on.  UNDO_*: state to put back.  FRAME: where a
   sub-match began. */
enum entry_kind {
    CHOICE_BRANCH,          /* a: next alternative, b: ptr */
    CHOICE_GREEDY,          /* a: operands of REPEAT_ONE, b: ptr, c: count */
    CHOICE_LAZY,            /* a: operands of MIN_REPEAT_ONE, b: ptr, c: count */
    CHOICE_TAIL,            /* a: repeat, b: ptr, c: count */
    CHOICE_BODY,            /* a: repeat, b: ptr */
    FRAME,                  /* a: operator, b: ptr, c: frame outside */
    FRAME_COUNT,            /* below the frame of a possessive repeat: b: iterations done */
    UNDO_MARK,              /* a: mark, b: its value, c: lastindex */
    UNDO_COUNT,             /* a: repeat, b: count, c: last */
    UNDO_REPEAT,            /* b: current repeat, c: repeats in use */
};

struct entry {
    enum entry_kind kind;
    Word a;
    Py_ssize_t b, c;
};

/* A repeat that is under way. */
struct repeat {
    Word pc;                        /* of its REPEAT */
    int32_t outer;                  /* the repeat around it, -1 if none */
    Py_ssize_t count;               /* iterations begun */
    Py_ssize_t last;                /* where the last one began, -1 if none */
};

enum { FIRST_ENTRIES = 24, FIRST_REPEATS = 4, FIRST_MARKS = 20 };

typedef struct {
    PyObject *string;               /* owned */
    Py_buffer buffer;               /* held while bytes are searched */
    const void *text;
    Py_ssize_t length;
    int width;                      /* bytes a character: 1, 2, 4 */
    int isbytes;
    Py_ssize_t begin, end;          /* what may be matched; lookbehind sees what stands before */
    Py_ssize_t start;               /* where the match begins */
    Py_ssize_t ptr;                 /* where it ended */
    bool match_all;                 /* must end at `end` */
    bool must_advance;              /* must not be empty at `start` */
    bool marked;                    /* some mark may be set */
    const Program *program;
    Py_ssize_t *mark;               /* 2 * groups entries */
    Py_ssize_t groups;              /* without group 0 */
    Py_ssize_t lastindex;

    struct entry *stack;
    Py_ssize_t stack_room;
    struct repeat *repeats;
    Py_ssize_t repeats_len, repeats_room;
    unsigned ticks;                 /* looks for signals now and then */

    /* what stack, repeats and mark are at first */
    struct entry first_entries[FIRST_ENTRIES];
    struct repeat first_repeats[FIRST_REPEATS];
    Py_ssize_t first_marks[FIRST_MARKS];
} Search;

status search_init(Search *search, Pattern *pattern, PyObject *string, Py_ssize_t start,
                   Py_ssize_t end);
void search_fini(Search *search);
/* 1 found, 0 not, -1 with an exception. */
int search_match(Search *search);
int search_find(Search *search);
/* Slice of the searched text: same object for the whole of an exact str or bytes. */
PyObject *search_slice(int isbytes, const void *text, PyObject *string, Py_ssize_t start,
                       Py_ssize_t end);

/* The text of a str or bytes-like object; NULL with an exception.  The buffer must be released if
   its buf is set. */
const void *text_of(PyObject *string, Py_ssize_t *length, int *isbytes, int *width, Py_buffer *view);

bool code_is_valid(const Word *code, Py_ssize_t size, Py_ssize_t groups);

/* ---- characters ---------------------------------------------------------------------------- */

bool category_has(enum category category, Py_UCS4 c);
bool set_has(const Word *set, Py_UCS4 c);
bool set_has_locale(const Word *set, Py_UCS4 c);
/* Does the one-character item at pc accept c? */
bool item_accepts(const Word *pc, Py_UCS4 c);
Py_UCS4 lower_ascii(Py_UCS4 c);
Py_UCS4 lower_locale(Py_UCS4 c);
Py_UCS4 upper_locale(Py_UCS4 c);
Py_UCS4 lower_unicode(Py_UCS4 c);
Py_UCS4 upper_unicode(Py_UCS4 c);

/* ---- objects -------------------------------------------------------------------------------- */

extern PyType_Spec *const pattern_spec_ptr, *const match_spec_ptr, *const scanner_spec_ptr;
SreState *sre_state_of(PyTypeObject *type);
SreState *sre_module_state(PyObject *module);
PyObject *match_new(SreState *state, Pattern *pattern, Search *search, int found);
PyObject *match_get_slice(Match *match, Py_ssize_t group, PyObject *fallback);
PyObject *sre_call(const char *function, PyObject *args_take);
PyObject *scanner_new(PyTypeObject *cls, Pattern *pattern, PyObject *string, Py_ssize_t pos,
                      Py_ssize_t endpos);
PyObject *pattern_compile(PyObject *module, PyObject *pattern, int flags, PyObject *code,
                          Py_ssize_t groups, PyObject *groupindex, PyObject *indexgroup);

#endif
