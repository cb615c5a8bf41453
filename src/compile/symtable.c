/* Building symbol tables: one walk over the tree collects definitions and uses per block, a second
   one over the blocks decides for every name whether it is local, global, free or a cell.

   Blocks form a stack through `outer` while the first walk runs; the table's `blocks` dict owns the
   entries.  Sets used by the analysis are Python sets of names. */
#include "compile/symtable.h"
#include "compile/compile.h"
#include "object/declare.h"
#include "base/os.h"

/* The tree may nest this many times deeper than Python calls may. */
#define DEPTH_SCALE 3

/* What one level takes of the C stack, at most, in any walk over the tree; and the depth up to which
   nobody need ask how much there is. */
#define BYTES_PER_LEVEL 512
#define SAFE_DEPTH 6000

/* How many levels fit into what is left of this thread's C stack. */
static int
levels_left(void)
{
    char *lowest, here;
    size_t size;
    if (os_stack(&lowest, &size) < 0 || &here < lowest) {
        return SAFE_DEPTH;
    }
    size_t levels = (size_t)(&here - lowest) / BYTES_PER_LEVEL;
    return levels > INT_MAX / 2 ? INT_MAX / 2 : (int)levels;
}

/* What sys.getsizeof says of an entry. */
#define REPORTED_SIZE 120
_Static_assert(sizeof(ScopeEntry) <= REPORTED_SIZE, "an entry must fit its reported size");

static PyTypeObject SymtableEntry_Type;

void
tree_depth_init(int *depth, int *limit)
{
    PyThreadState *tstate = PyThreadState_Get();
    int used = tstate->recursion_limit - tstate->recursion_remaining;
    int max = Py_GetRecursionLimit();
    *depth = used < INT_MAX / DEPTH_SCALE ? used * DEPTH_SCALE : used;
    *limit = max > INT_MAX / DEPTH_SCALE ? INT_MAX : max * DEPTH_SCALE;
    if (*limit > SAFE_DEPTH) {
        int room = levels_left();
        if (*limit - room > *depth) {
            *limit = *depth + room;
        }
    }
}

PyObject *
mangle_name(PyObject *class_name, PyObject *name)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    if (class_name == NULL || !PyUnicode_Check(class_name) || length < 2 ||
        PyUnicode_READ_CHAR(name, 0) != '_' || PyUnicode_READ_CHAR(name, 1) != '_') {
        return Py_NewRef(name);
    }
    /* Dunder names and dotted module names stay. */
    if ((PyUnicode_READ_CHAR(name, length - 1) == '_' &&
         PyUnicode_READ_CHAR(name, length - 2) == '_') ||
        PyUnicode_FindChar(name, '.', 0, length, 1) >= 0) {
        return Py_NewRef(name);
    }
    Py_ssize_t end = PyUnicode_GET_LENGTH(class_name), start = 0;
    while (start < end && PyUnicode_READ_CHAR(class_name, start) == '_') {
        start++;
    }
    if (start == end) {
        return Py_NewRef(name);
    }
    if (length + end - start >= PY_SSIZE_T_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "private identifier too large to be mangled");
        return NULL;
    }
    PyObject *stem = PyUnicode_Substring(class_name, start, end);
    if (stem == NULL) {
        return NULL;
    }
    PyObject *mangled = PyUnicode_FromFormat("_%U%U", stem, name);
    Py_DECREF(stem);
    return mangled;
}

/* ---- entries ---- */

static void
symtable_entry_tp_dealloc(ScopeEntry *self)
{
    Py_XDECREF(self->id);
    Py_XDECREF(self->symbols);
    Py_XDECREF(self->name);
    Py_XDECREF(self->varnames);
    Py_XDECREF(self->children);
    Py_XDECREF(self->directives);
    PyObject_Free(self);
}

static PyObject *
symtable_entry_tp_repr(ScopeEntry *self)
{
    return PyUnicode_FromFormat("<symtable entry %U(%R), line %d>", self->name, self->id,
                                self->lineno);
}

MEMBER(symtable_entry, id, T_OBJECT, ScopeEntry, id, READONLY, NULL)
MEMBER(symtable_entry, name, T_OBJECT, ScopeEntry, name, READONLY, NULL)
MEMBER(symtable_entry, symbols, T_OBJECT, ScopeEntry, symbols, READONLY, NULL)
MEMBER(symtable_entry, varnames, T_OBJECT, ScopeEntry, varnames, READONLY, NULL)
MEMBER(symtable_entry, children, T_OBJECT, ScopeEntry, children, READONLY, NULL)
MEMBER(symtable_entry, nested, T_INT, ScopeEntry, nested, READONLY, NULL)
MEMBER(symtable_entry, type, T_INT, ScopeEntry, type, READONLY, NULL)
MEMBER(symtable_entry, lineno, T_INT, ScopeEntry, lineno, READONLY, NULL)

TYPE(symtable_entry, SymtableEntry_Type, "symtable entry", ScopeEntry, NULL, NULL,
     .tp_basicsize = REPORTED_SIZE, .tp_getattro = PyObject_GenericGetAttr,
     .tp_flags = Py_TPFLAGS_DEFAULT)

static ScopeEntry *
entry_new(struct SymbolTable *table, PyObject *name, enum BlockType type, void *key,
          const int *at)
{
    if (!(SymtableEntry_Type.tp_flags & Py_TPFLAGS_READY) && PyType_Ready(&SymtableEntry_Type) < 0) {
        return NULL;
    }
    ScopeEntry *entry = PyObject_New(ScopeEntry, &SymtableEntry_Type);
    if (entry == NULL) {
        return NULL;
    }
    memset((char *)entry + sizeof(PyObject), 0, sizeof *entry - sizeof(PyObject));
    entry->type = type;
    entry->name = Py_NewRef(name);
    entry->lineno = at[0];
    entry->col_offset = at[1];
    entry->end_lineno = at[2];
    entry->end_col_offset = at[3];
    entry->outer = table->current;
    if (entry->outer != NULL) {
        entry->nested = entry->outer->nested || entry->outer->type == FUNCTION_BLOCK;
        /* An iterable of a comprehension stays one inside nested blocks. */
        entry->in_iterable = entry->outer->in_iterable;
    }
    if ((entry->id = PyLong_FromVoidPtr(key)) == NULL ||
        (entry->symbols = PyDict_New()) == NULL ||
        (entry->varnames = PyList_New(0)) == NULL ||
        (entry->children = PyList_New(0)) == NULL ||
        PyDict_SetItem(table->blocks, entry->id, (PyObject *)entry) < 0) {
        Py_DECREF(entry);
        return NULL;
    }
    return entry;
}

long
entry_flags(ScopeEntry *entry, PyObject *name)
{
    PyObject *flags = PyDict_GetItemWithError(entry->symbols, name);
    if (flags == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return PyLong_AsLong(flags);
}

int
entry_scope(ScopeEntry *entry, PyObject *name)
{
    long flags = entry_flags(entry, name);
    return flags < 0 ? -1 : (int)((flags >> SCOPE_SHIFT) & SCOPE_BITS);
}

ScopeEntry *
symtable_entry(struct SymbolTable *table, void *key)
{
    PyObject *id = PyLong_FromVoidPtr(key);
    if (id == NULL) {
        return NULL;
    }
    PyObject *entry = PyDict_GetItemWithError(table->blocks, id);
    if (entry == NULL && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_KeyError, "unknown symbol table entry");
    }
    Py_DECREF(id);
    return (ScopeEntry *)Py_XNewRef(entry);
}

ScopeEntry *PySymtable_Lookup(struct SymbolTable *table, void *key);

ScopeEntry *
PySymtable_Lookup(struct SymbolTable *table, void *key)
{
    return symtable_entry(table, key);
}

void
symtable_free(struct SymbolTable *table)
{
    if (table != NULL) {
        Py_XDECREF(table->blocks);
        Py_XDECREF(table->top);
        PyMem_Free(table);
    }
}

/* ---- errors ---- */

static status
fail_at(struct SymbolTable *table, const int *at)
{
    PyErr_RangedSyntaxLocationObject(table->filename, at[0], at[1] + 1, at[2], at[3] + 1);
    return -1;
}

/* The position quadruple that every node with a position holds after its kind (or first). */
#define AT(node) (&(node)->lineno)

/* Blames the global or nonlocal statement that named `name`. */
static status
fail_at_directive(struct SymbolTable *table, ScopeEntry *entry, PyObject *name)
{
    Py_ssize_t count = PyList_GET_SIZE(entry->directives);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *row = PyList_GET_ITEM(entry->directives, i);
        if (PyUnicode_Compare(PyTuple_GET_ITEM(row, 0), name) == 0) {
            int at[4];
            for (int k = 0; k < 4; k++) {
                at[k] = (int)PyLong_AsLong(PyTuple_GET_ITEM(row, k + 1));
            }
            return fail_at(table, at);
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "BUG: internal directive bookkeeping broken");
    return -1;
}

static status
record_directive(struct SymbolTable *table, PyObject *name, const int *at)
{
    ScopeEntry *entry = table->current;
    if (entry->directives == NULL && (entry->directives = PyList_New(0)) == NULL) {
        return -1;
    }
    PyObject *mangled = mangle_name(table->class_name, name);
    if (mangled == NULL) {
        return -1;
    }
    PyObject *row = Py_BuildValue("(Niiii)", mangled, at[0], at[1], at[2], at[3]);
    if (row == NULL) {
        return -1;
    }
    status result = PyList_Append(entry->directives, row);
    Py_DECREF(row);
    return result;
}

/* ---- definitions ---- */

static status
set_flags(PyObject *symbols, PyObject *name, long flags)
{
    PyObject *value = PyLong_FromLong(flags);
    if (value == NULL) {
        return -1;
    }
    status result = PyDict_SetItem(symbols, name, value);
    Py_DECREF(value);
    return result;
}

static status
define_mangled(struct SymbolTable *table, ScopeEntry *entry, PyObject *name, PyObject *mangled,
               long flag, const int *at)
{
    long flags = entry_flags(entry, mangled);
    if (flags < 0) {
        return -1;
    }
    if ((flag & DEF_PARAM) && (flags & DEF_PARAM)) {
        PyErr_Format(PyExc_SyntaxError, "duplicate argument '%U' in function definition", name);
        return fail_at(table, at);
    }
    flags |= flag;
    if (entry->in_target) {
        /* A named expression in the same comprehension may already have claimed the name. */
        if (flags & (DEF_GLOBAL | DEF_NONLOCAL)) {
            PyErr_Format(PyExc_SyntaxError,
                         "comprehension inner loop cannot rebind assignment expression target '%U'",
                         name);
            return fail_at(table, at);
        }
        flags |= DEF_COMP_ITER;
    }
    if (set_flags(entry->symbols, mangled, flags) < 0) {
        return -1;
    }
    if (flag & DEF_PARAM) {
        return PyList_Append(entry->varnames, mangled);
    }
    if (flag & DEF_GLOBAL) {
        /* The module learns of every global statement. */
        PyObject *known = PyDict_GetItemWithError(table->globals, mangled);
        if (known == NULL && PyErr_Occurred()) {
            return -1;
        }
        return set_flags(table->globals, mangled, flag | (known ? PyLong_AsLong(known) : 0));
    }
    return 0;
}

static status
define_in(struct SymbolTable *table, ScopeEntry *entry, PyObject *name, long flag, const int *at)
{
    PyObject *mangled = mangle_name(table->class_name, name);
    if (mangled == NULL) {
        return -1;
    }
    status result = define_mangled(table, entry, name, mangled, flag, at);
    Py_DECREF(mangled);
    return result;
}

static status
define(struct SymbolTable *table, PyObject *name, long flag, const int *at)
{
    return define_in(table, table->current, name, flag, at);
}

static long
lookup_flags(struct SymbolTable *table, ScopeEntry *entry, PyObject *name)
{
    PyObject *mangled = mangle_name(table->class_name, name);
    if (mangled == NULL) {
        return -1;
    }
    long flags = entry_flags(entry, mangled);
    Py_DECREF(mangled);
    return flags;
}

/* ---- blocks ---- */

static status
enter_block(struct SymbolTable *table, PyObject *name, enum BlockType type, void *key,
            const int *at)
{
    ScopeEntry *outer = table->current;
    ScopeEntry *entry = entry_new(table, name, type, key, at);
    if (entry == NULL) {
        return -1;
    }
    Py_DECREF(entry);           /* table->blocks owns it now */
    table->current = entry;
    if (type == MODULE_BLOCK) {
        table->globals = entry->symbols;
    }
    if (outer != NULL && type != ANNOTATION_BLOCK) {
        return PyList_Append(outer->children, (PyObject *)entry);
    }
    return 0;
}

static void
leave_block(struct SymbolTable *table)
{
    table->current = table->current->outer;
}

/* ---- the first walk ---- */

static status visit_stmt(struct SymbolTable *table, Stmt *s);
static status visit_expr(struct SymbolTable *table, Expr *e);
static status visit_pattern(struct SymbolTable *table, Pattern *p);

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

#define VISIT_ALL(visit, seq)                                                                      \
    do {                                                                                           \
        for (int item_ = 0; item_ < seq_len(seq); item_++) {                                       \
            TRY(visit(table, (seq)->items[item_]));                                                \
        }                                                                                          \
    } while (0)

/* Where NULL stands for "none here". */
static status
visit_optional(struct SymbolTable *table, Expr *e)
{
    return e == NULL ? 0 : visit_expr(table, e);
}

static status
refuse_in_annotation(struct SymbolTable *table, const char *what, Expr *e)
{
    if (table->current->type != ANNOTATION_BLOCK) {
        return 0;
    }
    PyErr_Format(PyExc_SyntaxError, "'%s' can not be used within an annotation", what);
    return fail_at(table, AT(e));
}

static status
refuse_in_comprehension(struct SymbolTable *table, Expr *e)
{
    static const char *const message[] = {
        [LIST_COMPREHENSION] = "'yield' inside list comprehension",
        [SET_COMPREHENSION] = "'yield' inside set comprehension",
        [DICT_COMPREHENSION] = "'yield' inside dict comprehension",
        [GENERATOR_COMPREHENSION] = "'yield' inside generator expression",
    };
    if (table->current->comprehension == NO_COMPREHENSION) {
        return 0;
    }
    PyErr_SetString(PyExc_SyntaxError, message[table->current->comprehension]);
    return fail_at(table, AT(e));
}

static status
visit_params(struct SymbolTable *table, ArgSeq *args)
{
    for (int i = 0; i < seq_len(args); i++) {
        TRY(define(table, args->items[i]->arg, DEF_PARAM, AT(args->items[i])));
    }
    return 0;
}

static status
visit_arguments(struct SymbolTable *table, Arguments *a)
{
    TRY(visit_params(table, a->posonlyargs));
    TRY(visit_params(table, a->args));
    TRY(visit_params(table, a->kwonlyargs));
    if (a->vararg != NULL) {
        TRY(define(table, a->vararg->arg, DEF_PARAM, AT(a->vararg)));
        table->current->varargs = 1;
    }
    if (a->kwarg != NULL) {
        TRY(define(table, a->kwarg->arg, DEF_PARAM, AT(a->kwarg)));
        table->current->varkeywords = 1;
    }
    return 0;
}

static status
visit_defaults(struct SymbolTable *table, Arguments *a)
{
    VISIT_ALL(visit_expr, a->defaults);
    VISIT_ALL(visit_optional, a->kw_defaults);
    return 0;
}

/* Under PEP 563 annotations get a block of their own, so that nothing in them leaks out. */
static status
visit_annotation(struct SymbolTable *table, Expr *annotation)
{
    bool apart = table->future & CO_FUTURE_ANNOTATIONS;
    if (apart) {
        /* Not the node itself: a lambda expression has its block under that key. */
        TRY(enter_block(table, ID(_annotation), ANNOTATION_BLOCK, (char *)annotation + 1,
                        AT(annotation)));
    }
    TRY(visit_expr(table, annotation));
    if (apart) {
        leave_block(table);
    }
    return 0;
}

static status
visit_arg_annotations(struct SymbolTable *table, ArgSeq *args)
{
    for (int i = 0; i < seq_len(args); i++) {
        TRY(visit_optional(table, args->items[i]->annotation));
    }
    return 0;
}

static status
visit_signature_annotations(struct SymbolTable *table, Stmt *s, Arguments *a, Expr *returns)
{
    bool apart = table->future & CO_FUTURE_ANNOTATIONS;
    if (apart) {
        TRY(enter_block(table, ID(_annotation), ANNOTATION_BLOCK, a, AT(s)));
    }
    TRY(visit_arg_annotations(table, a->posonlyargs));
    TRY(visit_arg_annotations(table, a->args));
    if (a->vararg != NULL) {
        TRY(visit_optional(table, a->vararg->annotation));
    }
    if (a->kwarg != NULL) {
        TRY(visit_optional(table, a->kwarg->annotation));
    }
    TRY(visit_arg_annotations(table, a->kwonlyargs));
    if (apart) {
        leave_block(table);
    }
    return returns == NULL ? 0 : visit_annotation(table, returns);
}

static status
visit_keyword(struct SymbolTable *table, Keyword *k)
{
    return visit_expr(table, k->value);
}

static status
visit_function(struct SymbolTable *table, Stmt *s, bool is_async)
{
    TRY(define(table, s->v.FunctionDef.name, DEF_LOCAL, AT(s)));
    TRY(visit_defaults(table, s->v.FunctionDef.args));
    TRY(visit_signature_annotations(table, s, s->v.FunctionDef.args, s->v.FunctionDef.returns));
    VISIT_ALL(visit_expr, s->v.FunctionDef.decorator_list);
    TRY(enter_block(table, s->v.FunctionDef.name, FUNCTION_BLOCK, s, AT(s)));
    table->current->coroutine = is_async;
    TRY(visit_arguments(table, s->v.FunctionDef.args));
    VISIT_ALL(visit_stmt, s->v.FunctionDef.body);
    leave_block(table);
    return 0;
}

static status
visit_class(struct SymbolTable *table, Stmt *s)
{
    TRY(define(table, s->v.ClassDef.name, DEF_LOCAL, AT(s)));
    VISIT_ALL(visit_expr, s->v.ClassDef.bases);
    VISIT_ALL(visit_keyword, s->v.ClassDef.keywords);
    VISIT_ALL(visit_expr, s->v.ClassDef.decorator_list);
    TRY(enter_block(table, s->v.ClassDef.name, CLASS_BLOCK, s, AT(s)));
    PyObject *outer_class = table->class_name;
    table->class_name = s->v.ClassDef.name;
    VISIT_ALL(visit_stmt, s->v.ClassDef.body);
    table->class_name = outer_class;
    leave_block(table);
    return 0;
}

static status
visit_ann_assign(struct SymbolTable *table, Stmt *s)
{
    Expr *target = s->v.AnnAssign.target;
    if (target->kind == Name_kind) {
        PyObject *name = target->v.Name.id;
        long flags = lookup_flags(table, table->current, name);
        if (flags < 0) {
            return -1;
        }
        if ((flags & (DEF_GLOBAL | DEF_NONLOCAL)) && table->current->symbols != table->globals &&
            s->v.AnnAssign.simple) {
            PyErr_Format(PyExc_SyntaxError,
                         flags & DEF_GLOBAL ? "annotated name '%U' can't be global"
                                            : "annotated name '%U' can't be nonlocal",
                         name);
            return fail_at(table, AT(s));
        }
        if (s->v.AnnAssign.simple) {
            TRY(define(table, name, DEF_ANNOT | DEF_LOCAL, AT(target)));
        }
        else if (s->v.AnnAssign.value != NULL) {
            TRY(define(table, name, DEF_LOCAL, AT(target)));
        }
    }
    else {
        TRY(visit_expr(table, target));
    }
    TRY(visit_annotation(table, s->v.AnnAssign.annotation));
    return visit_optional(table, s->v.AnnAssign.value);
}

static status
visit_alias(struct SymbolTable *table, Alias *alias)
{
    PyObject *name = alias->asname ? alias->asname : alias->name;
    Py_ssize_t dot = PyUnicode_FindChar(name, '.', 0, PyUnicode_GET_LENGTH(name), 1);
    if (_PyUnicode_EqualToASCIIString(name, "*")) {
        if (table->current->type == MODULE_BLOCK) {
            return 0;
        }
        PyErr_SetString(PyExc_SyntaxError, "import * only allowed at module level");
        return fail_at(table, AT(alias));
    }
    if (dot < 0) {
        return define(table, name, DEF_IMPORT, AT(alias));
    }
    PyObject *package = PyUnicode_Substring(name, 0, dot);
    if (package == NULL) {
        return -1;
    }
    status result = define(table, package, DEF_IMPORT, AT(alias));
    Py_DECREF(package);
    return result;
}

/* global and nonlocal statements. */
static status
visit_directive(struct SymbolTable *table, Stmt *s)
{
    bool global = s->kind == Global_kind;
    const char *word = global ? "global" : "nonlocal";
    IdentSeq *names = global ? s->v.Global.names : s->v.Nonlocal.names;
    for (int i = 0; i < seq_len(names); i++) {
        PyObject *name = names->items[i];
        long flags = lookup_flags(table, table->current, name);
        if (flags < 0) {
            return -1;
        }
        if (flags & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT)) {
            const char *format = flags & DEF_PARAM ? "name '%U' is parameter and %s"
                                 : flags & USE     ? "name '%U' is used prior to %s declaration"
                                 : flags & DEF_ANNOT
                                     ? "annotated name '%U' can't be %s"
                                     : "name '%U' is assigned to before %s declaration";
            PyErr_Format(PyExc_SyntaxError, format, name, word);
            return fail_at(table, AT(s));
        }
        TRY(define(table, name, global ? DEF_GLOBAL : DEF_NONLOCAL, AT(s)));
        TRY(record_directive(table, name, AT(s)));
    }
    return 0;
}

static status
visit_handler(struct SymbolTable *table, ExceptHandler *handler)
{
    TRY(visit_optional(table, handler->v.ExceptHandler.type));
    if (handler->v.ExceptHandler.name != NULL) {
        TRY(define(table, handler->v.ExceptHandler.name, DEF_LOCAL, AT(handler)));
    }
    VISIT_ALL(visit_stmt, handler->v.ExceptHandler.body);
    return 0;
}

static status
visit_with_item(struct SymbolTable *table, WithItem *item)
{
    TRY(visit_expr(table, item->context_expr));
    return visit_optional(table, item->optional_vars);
}

static status
visit_match_case(struct SymbolTable *table, MatchCase *c)
{
    TRY(visit_pattern(table, c->pattern));
    TRY(visit_optional(table, c->guard));
    VISIT_ALL(visit_stmt, c->body);
    return 0;
}

static status
visit_stmt_kind(struct SymbolTable *table, Stmt *s)
{
    switch (s->kind) {
    case FunctionDef_kind:
        return visit_function(table, s, false);
    case AsyncFunctionDef_kind:
        return visit_function(table, s, true);
    case ClassDef_kind:
        return visit_class(table, s);
    case Return_kind:
        if (s->v.Return.value != NULL) {
            TRY(visit_expr(table, s->v.Return.value));
            table->current->returns_value = 1;
        }
        return 0;
    case Delete_kind:
        VISIT_ALL(visit_expr, s->v.Delete.targets);
        return 0;
    case Assign_kind:
        VISIT_ALL(visit_expr, s->v.Assign.targets);
        return visit_expr(table, s->v.Assign.value);
    case AugAssign_kind:
        TRY(visit_expr(table, s->v.AugAssign.target));
        return visit_expr(table, s->v.AugAssign.value);
    case AnnAssign_kind:
        return visit_ann_assign(table, s);
    case For_kind:
    case AsyncFor_kind:
        TRY(visit_expr(table, s->v.For.target));
        TRY(visit_expr(table, s->v.For.iter));
        VISIT_ALL(visit_stmt, s->v.For.body);
        VISIT_ALL(visit_stmt, s->v.For.orelse);
        return 0;
    case While_kind:
        TRY(visit_expr(table, s->v.While.test));
        VISIT_ALL(visit_stmt, s->v.While.body);
        VISIT_ALL(visit_stmt, s->v.While.orelse);
        return 0;
    case If_kind:
        TRY(visit_expr(table, s->v.If.test));
        VISIT_ALL(visit_stmt, s->v.If.body);
        VISIT_ALL(visit_stmt, s->v.If.orelse);
        return 0;
    case With_kind:
    case AsyncWith_kind:
        VISIT_ALL(visit_with_item, s->v.With.items);
        VISIT_ALL(visit_stmt, s->v.With.body);
        return 0;
    case Match_kind:
        TRY(visit_expr(table, s->v.Match.subject));
        VISIT_ALL(visit_match_case, s->v.Match.cases);
        return 0;
    case Raise_kind:
        TRY(visit_optional(table, s->v.Raise.exc));
        return visit_optional(table, s->v.Raise.cause);
    case Try_kind:
    case TryStar_kind:
        VISIT_ALL(visit_stmt, s->v.Try.body);
        VISIT_ALL(visit_stmt, s->v.Try.orelse);
        VISIT_ALL(visit_handler, s->v.Try.handlers);
        VISIT_ALL(visit_stmt, s->v.Try.finalbody);
        return 0;
    case Assert_kind:
        TRY(visit_expr(table, s->v.Assert.test));
        return visit_optional(table, s->v.Assert.msg);
    case Import_kind:
        VISIT_ALL(visit_alias, s->v.Import.names);
        return 0;
    case ImportFrom_kind:
        VISIT_ALL(visit_alias, s->v.ImportFrom.names);
        return 0;
    case Global_kind:
    case Nonlocal_kind:
        return visit_directive(table, s);
    case Expr_kind:
        return visit_expr(table, s->v.Expr.value);
    case Pass_kind:
    case Break_kind:
    case Continue_kind:
        return 0;
    }
    return 0;
}

static status
descend(struct SymbolTable *table)
{
    if (++table->depth > table->depth_limit) {
        PyErr_SetString(PyExc_RecursionError,
                        "maximum recursion depth exceeded during compilation");
        return -1;
    }
    return 0;
}

static status
visit_stmt(struct SymbolTable *table, Stmt *s)
{
    TRY(descend(table));
    status result = visit_stmt_kind(table, s);
    table->depth--;
    return result;
}

/* The target of := inside a comprehension belongs to the block around all comprehensions. */
static status
bind_outside_comprehension(struct SymbolTable *table, Expr *target)
{
    PyObject *name = target->v.Name.id;
    for (ScopeEntry *entry = table->current; entry != NULL; entry = entry->outer) {
        long flags = lookup_flags(table, entry, name);
        if (flags < 0) {
            return -1;
        }
        if (entry->comprehension != NO_COMPREHENSION) {
            if (flags & DEF_COMP_ITER) {
                PyErr_Format(PyExc_SyntaxError,
                             "assignment expression cannot rebind comprehension iteration "
                             "variable '%U'",
                             name);
                return fail_at(table, AT(target));
            }
        }
        else if (entry->type == FUNCTION_BLOCK || entry->type == MODULE_BLOCK) {
            bool global = entry->type == MODULE_BLOCK || (flags & DEF_GLOBAL);
            TRY(define(table, name, global ? DEF_GLOBAL : DEF_NONLOCAL, AT(target)));
            TRY(record_directive(table, name, AT(target)));
            return define_in(table, entry, name,
                             entry->type == MODULE_BLOCK ? DEF_GLOBAL : DEF_LOCAL, AT(target));
        }
        else if (entry->type == CLASS_BLOCK) {
            PyErr_SetString(PyExc_SyntaxError, "assignment expression within a comprehension "
                                               "cannot be used in a class body");
            return fail_at(table, AT(target));
        }
    }
    return 0;
}

static status
visit_named_expr(struct SymbolTable *table, Expr *e)
{
    TRY(refuse_in_annotation(table, "named expression", e));
    if (table->current->in_iterable > 0) {
        PyErr_SetString(PyExc_SyntaxError, "assignment expression cannot be used in a "
                                           "comprehension iterable expression");
        return fail_at(table, AT(e));
    }
    if (table->current->comprehension != NO_COMPREHENSION) {
        TRY(bind_outside_comprehension(table, e->v.NamedExpr.target));
    }
    TRY(visit_expr(table, e->v.NamedExpr.value));
    return visit_expr(table, e->v.NamedExpr.target);
}

static status
visit_target(struct SymbolTable *table, Expr *target)
{
    table->current->in_target = 1;
    TRY(visit_expr(table, target));
    table->current->in_target = 0;
    return 0;
}

static status
visit_iterable(struct SymbolTable *table, Expr *iter)
{
    table->current->in_iterable++;
    TRY(visit_expr(table, iter));
    table->current->in_iterable--;
    return 0;
}

/* The first iterable is evaluated outside and comes in as the parameter `.0`. */
static status
visit_comprehension(struct SymbolTable *table, Expr *e, PyObject *name,
                    enum ComprehensionType type, ComprehensionSeq *generators, Expr *elt,
                    Expr *value)
{
    Comprehension *first = generators->items[0];
    TRY(visit_iterable(table, first->iter));
    TRY(enter_block(table, name, FUNCTION_BLOCK, e, AT(e)));
    ScopeEntry *entry = table->current;
    entry->comprehension = type;
    entry->coroutine = first->is_async != 0;
    PyObject *parameter = PyUnicode_FromString(".0");
    if (parameter == NULL) {
        return -1;
    }
    PyUnicode_InternInPlace(&parameter);
    status defined = define(table, parameter, DEF_PARAM, AT(entry));
    Py_DECREF(parameter);
    TRY(defined);
    TRY(visit_target(table, first->target));
    VISIT_ALL(visit_expr, first->ifs);
    for (int i = 1; i < generators->len; i++) {
        Comprehension *inner = generators->items[i];
        TRY(visit_target(table, inner->target));
        TRY(visit_iterable(table, inner->iter));
        VISIT_ALL(visit_expr, inner->ifs);
        if (inner->is_async) {
            entry->coroutine = 1;
        }
    }
    TRY(visit_optional(table, value));
    TRY(visit_expr(table, elt));
    entry->generator = type == GENERATOR_COMPREHENSION;
    bool awaits = entry->coroutine && type != GENERATOR_COMPREHENSION;
    leave_block(table);
    if (awaits) {
        table->current->coroutine = 1;
    }
    return 0;
}

static status
visit_name(struct SymbolTable *table, Expr *e)
{
    PyObject *name = e->v.Name.id;
    bool load = e->v.Name.ctx == Load;
    TRY(define(table, name, load ? USE : DEF_LOCAL, AT(e)));
    /* super() finds the class through a free variable. */
    if (load && table->current->type == FUNCTION_BLOCK &&
        _PyUnicode_EqualToASCIIString(name, "super")) {
        return define(table, ID(__class__), USE, AT(e));
    }
    return 0;
}

static status
visit_expr_kind(struct SymbolTable *table, Expr *e)
{
    switch (e->kind) {
    case NamedExpr_kind:
        return visit_named_expr(table, e);
    case BoolOp_kind:
        VISIT_ALL(visit_expr, e->v.BoolOp.values);
        return 0;
    case BinOp_kind:
        TRY(visit_expr(table, e->v.BinOp.left));
        return visit_expr(table, e->v.BinOp.right);
    case UnaryOp_kind:
        return visit_expr(table, e->v.UnaryOp.operand);
    case Lambda_kind:
        TRY(visit_defaults(table, e->v.Lambda.args));
        TRY(enter_block(table, ID(lambda), FUNCTION_BLOCK, e, AT(e)));
        TRY(visit_arguments(table, e->v.Lambda.args));
        TRY(visit_expr(table, e->v.Lambda.body));
        leave_block(table);
        return 0;
    case IfExp_kind:
        TRY(visit_expr(table, e->v.IfExp.test));
        TRY(visit_expr(table, e->v.IfExp.body));
        return visit_expr(table, e->v.IfExp.orelse);
    case Dict_kind:
        VISIT_ALL(visit_optional, e->v.Dict.keys);
        VISIT_ALL(visit_expr, e->v.Dict.values);
        return 0;
    case Set_kind:
        VISIT_ALL(visit_expr, e->v.Set.elts);
        return 0;
    case ListComp_kind:
        return visit_comprehension(table, e, ID(listcomp), LIST_COMPREHENSION,
                                   e->v.ListComp.generators, e->v.ListComp.elt, NULL);
    case SetComp_kind:
        return visit_comprehension(table, e, ID(setcomp), SET_COMPREHENSION,
                                   e->v.SetComp.generators, e->v.SetComp.elt, NULL);
    case DictComp_kind:
        return visit_comprehension(table, e, ID(dictcomp), DICT_COMPREHENSION,
                                   e->v.DictComp.generators, e->v.DictComp.key,
                                   e->v.DictComp.value);
    case GeneratorExp_kind:
        return visit_comprehension(table, e, ID(genexpr), GENERATOR_COMPREHENSION,
                                   e->v.GeneratorExp.generators, e->v.GeneratorExp.elt, NULL);
    case Yield_kind:
        TRY(refuse_in_annotation(table, "yield expression", e));
        TRY(visit_optional(table, e->v.Yield.value));
        table->current->generator = 1;
        return refuse_in_comprehension(table, e);
    case YieldFrom_kind:
        TRY(refuse_in_annotation(table, "yield expression", e));
        TRY(visit_expr(table, e->v.YieldFrom.value));
        table->current->generator = 1;
        return refuse_in_comprehension(table, e);
    case Await_kind:
        TRY(refuse_in_annotation(table, "await expression", e));
        TRY(visit_expr(table, e->v.Await.value));
        table->current->coroutine = 1;
        return 0;
    case Compare_kind:
        TRY(visit_expr(table, e->v.Compare.left));
        VISIT_ALL(visit_expr, e->v.Compare.comparators);
        return 0;
    case Call_kind:
        TRY(visit_expr(table, e->v.Call.func));
        VISIT_ALL(visit_expr, e->v.Call.args);
        VISIT_ALL(visit_keyword, e->v.Call.keywords);
        return 0;
    case FormattedValue_kind:
        TRY(visit_expr(table, e->v.FormattedValue.value));
        return visit_optional(table, e->v.FormattedValue.format_spec);
    case JoinedStr_kind:
        VISIT_ALL(visit_expr, e->v.JoinedStr.values);
        return 0;
    case Constant_kind:
        return 0;
    case Attribute_kind:
        return visit_expr(table, e->v.Attribute.value);
    case Subscript_kind:
        TRY(visit_expr(table, e->v.Subscript.value));
        return visit_expr(table, e->v.Subscript.slice);
    case Starred_kind:
        return visit_expr(table, e->v.Starred.value);
    case Slice_kind:
        TRY(visit_optional(table, e->v.Slice.lower));
        TRY(visit_optional(table, e->v.Slice.upper));
        return visit_optional(table, e->v.Slice.step);
    case Name_kind:
        return visit_name(table, e);
    case List_kind:
        VISIT_ALL(visit_expr, e->v.List.elts);
        return 0;
    case Tuple_kind:
        VISIT_ALL(visit_expr, e->v.Tuple.elts);
        return 0;
    }
    return 0;
}

static status
visit_expr(struct SymbolTable *table, Expr *e)
{
    TRY(descend(table));
    status result = visit_expr_kind(table, e);
    table->depth--;
    return result;
}

static status
visit_pattern_kind(struct SymbolTable *table, Pattern *p)
{
    switch (p->kind) {
    case MatchValue_kind:
        return visit_expr(table, p->v.MatchValue.value);
    case MatchSingleton_kind:
        return 0;
    case MatchSequence_kind:
        VISIT_ALL(visit_pattern, p->v.MatchSequence.patterns);
        return 0;
    case MatchStar_kind:
        return p->v.MatchStar.name ? define(table, p->v.MatchStar.name, DEF_LOCAL, AT(p)) : 0;
    case MatchMapping_kind:
        VISIT_ALL(visit_expr, p->v.MatchMapping.keys);
        VISIT_ALL(visit_pattern, p->v.MatchMapping.patterns);
        return p->v.MatchMapping.rest ? define(table, p->v.MatchMapping.rest, DEF_LOCAL, AT(p)) : 0;
    case MatchClass_kind:
        TRY(visit_expr(table, p->v.MatchClass.cls));
        VISIT_ALL(visit_pattern, p->v.MatchClass.patterns);
        VISIT_ALL(visit_pattern, p->v.MatchClass.kwd_patterns);
        return 0;
    case MatchAs_kind:
        if (p->v.MatchAs.pattern != NULL) {
            TRY(visit_pattern(table, p->v.MatchAs.pattern));
        }
        return p->v.MatchAs.name ? define(table, p->v.MatchAs.name, DEF_LOCAL, AT(p)) : 0;
    case MatchOr_kind:
        VISIT_ALL(visit_pattern, p->v.MatchOr.patterns);
        return 0;
    }
    return 0;
}

static status
visit_pattern(struct SymbolTable *table, Pattern *p)
{
    TRY(descend(table));
    status result = visit_pattern_kind(table, p);
    table->depth--;
    return result;
}

/* ---- the second walk: analysis ---- */

/* Names as sets that flow between blocks.  `bound` is NULL at module level. */
struct Visible {
    PyObject *bound;            /* bound in an enclosing function */
    PyObject *free;             /* out: free here or below */
    PyObject *global;           /* declared global in an enclosing block */
};

static status
set_scope(PyObject *scopes, PyObject *name, enum SymbolScope scope)
{
    return set_flags(scopes, name, scope);
}

static status
make_free(ScopeEntry *entry, PyObject *scopes, PyObject *name, PyObject *free)
{
    TRY(set_scope(scopes, name, SCOPE_FREE));
    entry->has_free = 1;
    return PySet_Add(free, name);
}

static status
analyze_name(struct SymbolTable *table, ScopeEntry *entry, PyObject *scopes, PyObject *name,
             long flags, struct Visible *v, PyObject *local)
{
    if (flags & DEF_GLOBAL) {
        if (flags & DEF_NONLOCAL) {
            PyErr_Format(PyExc_SyntaxError, "name '%U' is nonlocal and global", name);
            return fail_at_directive(table, entry, name);
        }
        TRY(set_scope(scopes, name, SCOPE_GLOBAL_EXPLICIT));
        TRY(PySet_Add(v->global, name));
        return v->bound != NULL && PySet_Discard(v->bound, name) < 0 ? -1 : 0;
    }
    if (flags & DEF_NONLOCAL) {
        if (v->bound == NULL) {
            PyErr_SetString(PyExc_SyntaxError, "nonlocal declaration not allowed at module level");
            return fail_at_directive(table, entry, name);
        }
        truth known = PySet_Contains(v->bound, name);
        if (known < 0) {
            return -1;
        }
        if (!known) {
            PyErr_Format(PyExc_SyntaxError, "no binding for nonlocal '%U' found", name);
            return fail_at_directive(table, entry, name);
        }
        return make_free(entry, scopes, name, v->free);
    }
    if (flags & DEF_BOUND) {
        TRY(set_scope(scopes, name, SCOPE_LOCAL));
        TRY(PySet_Add(local, name));
        return PySet_Discard(v->global, name) < 0 ? -1 : 0;
    }
    truth known = v->bound == NULL ? 0 : PySet_Contains(v->bound, name);
    if (known < 0) {
        return -1;
    }
    if (known) {
        return make_free(entry, scopes, name, v->free);
    }
    known = PySet_Contains(v->global, name);
    if (known < 0) {
        return -1;
    }
    if (!known && entry->nested) {
        entry->has_free = 1;
    }
    return set_scope(scopes, name, SCOPE_GLOBAL_IMPLICIT);
}

/* Locals that a nested function needs become cells and are no longer free above. */
static status
analyze_cells(PyObject *scopes, PyObject *free)
{
    PyObject *name, *scope;
    Py_ssize_t pos = 0;
    while (PyDict_Next(scopes, &pos, &name, &scope)) {
        if (PyLong_AsLong(scope) != SCOPE_LOCAL) {
            continue;
        }
        truth wanted = PySet_Contains(free, name);
        if (wanted < 0) {
            return -1;
        }
        if (wanted) {
            /* Replacing a value does not disturb the iteration. */
            TRY(set_scope(scopes, name, SCOPE_CELL));
            TRY(PySet_Discard(free, name));
        }
    }
    return 0;
}

static status
record_scopes(ScopeEntry *entry, PyObject *scopes, PyObject *bound, PyObject *free)
{
    PyObject *name, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(scopes, &pos, &name, &value)) {
        long flags = entry_flags(entry, name);
        if (flags < 0) {
            return -1;
        }
        TRY(set_flags(entry->symbols, name, flags | (PyLong_AsLong(value) << SCOPE_SHIFT)));
    }
    PyObject *iterator = PyObject_GetIter(free);
    if (iterator == NULL) {
        return -1;
    }
    status result = 0;
    while (result == 0 && (name = PyIter_Next(iterator)) != NULL) {
        PyObject *known = PyDict_GetItemWithError(entry->symbols, name);
        if (known != NULL) {
            long flags = PyLong_AsLong(known);
            if (entry->type == CLASS_BLOCK && (flags & (DEF_BOUND | DEF_GLOBAL))) {
                result = set_flags(entry->symbols, name, flags | DEF_FREE_CLASS);
            }
        }
        else if (PyErr_Occurred()) {
            result = -1;
        }
        else {
            truth passes = bound == NULL ? 1 : PySet_Contains(bound, name);
            result = passes < 0 ? -1
                     : passes   ? set_flags(entry->symbols, name, SCOPE_FREE << SCOPE_SHIFT)
                                : 0;
        }
        Py_DECREF(name);
    }
    Py_DECREF(iterator);
    return result < 0 || PyErr_Occurred() ? -1 : 0;
}

static status
update_set(PyObject *set, PyObject *other)
{
    return _PySet_Update(set, other);
}

static status analyze_block(struct SymbolTable *table, ScopeEntry *entry, struct Visible *v);

/* A child sees copies, so that what it declares stays hidden from its siblings. */
static status
analyze_child(struct SymbolTable *table, ScopeEntry *child, const struct Visible *v,
              PyObject *all_free)
{
    struct Visible copy = {PySet_New(v->bound), PySet_New(v->free), PySet_New(v->global)};
    status result = -1;
    if (copy.bound != NULL && copy.free != NULL && copy.global != NULL &&
        analyze_block(table, child, &copy) == 0) {
        result = update_set(all_free, copy.free);
    }
    Py_XDECREF(copy.bound);
    Py_XDECREF(copy.free);
    Py_XDECREF(copy.global);
    return result;
}

static status
analyze_children(struct SymbolTable *table, ScopeEntry *entry, struct Visible *inner)
{
    PyObject *all_free = PySet_New(NULL);
    if (all_free == NULL) {
        return -1;
    }
    status result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(entry->children); i++) {
        ScopeEntry *child = (ScopeEntry *)PyList_GET_ITEM(entry->children, i);
        result = analyze_child(table, child, inner, all_free);
        if (child->has_free || child->child_has_free) {
            entry->child_has_free = 1;
        }
    }
    if (result == 0) {
        result = update_set(inner->free, all_free);
    }
    Py_DECREF(all_free);
    return result;
}

static status
analyze_names(struct SymbolTable *table, ScopeEntry *entry, struct Visible *v, PyObject *scopes,
              PyObject *local)
{
    PyObject *name, *flags;
    Py_ssize_t pos = 0;
    while (PyDict_Next(entry->symbols, &pos, &name, &flags)) {
        TRY(analyze_name(table, entry, scopes, name, PyLong_AsLong(flags), v, local));
    }
    return 0;
}

/* What the block passes on to its children: names bound and declared global around them. */
static status
analyze_inside(struct SymbolTable *table, ScopeEntry *entry, struct Visible *v,
               struct Visible *inner, PyObject *scopes, PyObject *local)
{
    bool is_class = entry->type == CLASS_BLOCK;
    if (is_class) {
        /* A class's own names are invisible to its functions, so pass on what came from outside. */
        TRY(update_set(inner->global, v->global));
        TRY(v->bound == NULL ? 0 : update_set(inner->bound, v->bound));
    }
    TRY(analyze_names(table, entry, v, scopes, local));
    if (is_class) {
        TRY(PySet_Add(inner->bound, ID(__class__)));
    }
    else {
        TRY(entry->type == FUNCTION_BLOCK ? update_set(inner->bound, local) : 0);
        TRY(v->bound == NULL ? 0 : update_set(inner->bound, v->bound));
        TRY(update_set(inner->global, v->global));
    }
    TRY(analyze_children(table, entry, inner));
    if (entry->type == FUNCTION_BLOCK) {
        TRY(analyze_cells(scopes, inner->free));
    }
    else if (is_class) {
        int dropped = PySet_Discard(inner->free, ID(__class__));
        TRY(dropped);
        entry->needs_class_closure |= dropped;
    }
    TRY(record_scopes(entry, scopes, v->bound, inner->free));
    return update_set(v->free, inner->free);
}

static status
analyze_block(struct SymbolTable *table, ScopeEntry *entry, struct Visible *v)
{
    struct Visible inner = {PySet_New(NULL), PySet_New(NULL), PySet_New(NULL)};
    PyObject *scopes = PyDict_New();
    PyObject *local = PySet_New(NULL);
    status result = -1;
    if (inner.bound != NULL && inner.free != NULL && inner.global != NULL && scopes != NULL &&
        local != NULL) {
        result = analyze_inside(table, entry, v, &inner, scopes, local);
    }
    Py_XDECREF(inner.bound);
    Py_XDECREF(inner.free);
    Py_XDECREF(inner.global);
    Py_XDECREF(scopes);
    Py_XDECREF(local);
    return result;
}

static status
analyze(struct SymbolTable *table)
{
    struct Visible v = {NULL, PySet_New(NULL), PySet_New(NULL)};
    status result = -1;
    if (v.free != NULL && v.global != NULL) {
        result = analyze_block(table, table->top, &v);
    }
    Py_XDECREF(v.free);
    Py_XDECREF(v.global);
    return result;
}

/* ---- entry ---- */

static status
visit_module(struct SymbolTable *table, Mod *mod)
{
    switch (mod->kind) {
    case Module_kind:
        VISIT_ALL(visit_stmt, mod->v.Module.body);
        return 0;
    case Interactive_kind:
        VISIT_ALL(visit_stmt, mod->v.Interactive.body);
        return 0;
    case Expression_kind:
        return visit_expr(table, mod->v.Expression.body);
    case FunctionType_kind:
        break;
    }
    PyErr_SetString(PyExc_RuntimeError, "this compiler does not handle FunctionTypes");
    return -1;
}

struct SymbolTable *
symtable_build(Mod *mod, PyObject *filename, PyFutureFeatures *future, Arena *arena)
{
    struct SymbolTable *table = PyMem_Calloc(1, sizeof *table);
    if (table == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    table->filename = filename;
    table->future = future->ff_features;
    tree_depth_init(&table->depth, &table->depth_limit);
    table->blocks = PyDict_New();
    static const int nowhere[4] = {0, 0, 0, 0};
    if (table->blocks == NULL || enter_block(table, ID(top), MODULE_BLOCK, mod, nowhere) < 0) {
        symtable_free(table);
        return NULL;
    }
    table->top = (ScopeEntry *)Py_NewRef((PyObject *)table->current);
    if (visit_module(table, mod) < 0 || analyze(table) < 0) {
        symtable_free(table);
        return NULL;
    }
    return table;
}

#include "gen/compile/symtable.inc"
