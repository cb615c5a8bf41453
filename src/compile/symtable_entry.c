/* What Python sees of a scope: objects of the type "symtable entry", made from scopes at the end.

   An entry owns all it holds and knows nothing of the table, which may be gone. */
#include "compile/symtable.h"
#include "object/declare.h"

/* What sys.getsizeof says of an entry. */
#define REPORTED_SIZE 120
_Static_assert(sizeof(ScopeEntry) <= REPORTED_SIZE, "an entry must fit its reported size");

static PyTypeObject SymtableEntry_Type;

static void
symtable_entry_tp_dealloc(ScopeEntry *self)
{
    Py_XDECREF(self->id);
    Py_XDECREF(self->symbols);
    Py_XDECREF(self->name);
    Py_XDECREF(self->varnames);
    Py_XDECREF(self->children);
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

static status
show_symbols(ScopeEntry *entry, Scope *scope)
{
    for (int i = 0; i < scope->names.count; i++) {
        PyObject *flags = PyLong_FromUnsignedLong(scope->symbols[i].flags);
        if (flags == NULL) {
            return -1;
        }
        PyObject *name = (PyObject *)scope->names.items[i];
        status result = PyDict_SetItem(entry->symbols, name, flags);
        Py_DECREF(flags);
        if (result < 0 || (i < scope->param_count && PyList_Append(entry->varnames, name) < 0)) {
            return -1;
        }
    }
    return 0;
}

/* Blocks nest less deeply than the walk over their tree did. */
static status
show_inner(ScopeEntry *entry, Scope *scope)
{
    for (Scope *inner = scope->inner; inner != NULL; inner = inner->next) {
        PyObject *child = (PyObject *)scope_object(inner);
        status result = child == NULL ? -1 : PyList_Append(entry->children, child);
        Py_XDECREF(child);
        if (result < 0) {
            return -1;
        }
    }
    return 0;
}

ScopeEntry *
scope_object(Scope *scope)
{
    if (!(SymtableEntry_Type.tp_flags & Py_TPFLAGS_READY) && PyType_Ready(&SymtableEntry_Type) < 0) {
        return NULL;
    }
    ScopeEntry *entry = PyObject_New(ScopeEntry, &SymtableEntry_Type);
    if (entry == NULL) {
        return NULL;
    }
    memset((char *)entry + sizeof(PyObject), 0, sizeof *entry - sizeof(PyObject));
    entry->type = (int)scope->type;
    entry->nested = scope->nested;
    entry->lineno = scope->lineno;
    entry->name = Py_NewRef(scope->name);
    if ((entry->id = PyLong_FromVoidPtr(scope->key)) == NULL ||
        (entry->symbols = PyDict_New()) == NULL || (entry->varnames = PyList_New(0)) == NULL ||
        (entry->children = PyList_New(0)) == NULL || show_symbols(entry, scope) < 0 ||
        show_inner(entry, scope) < 0) {
        Py_CLEAR(entry);
    }
    return entry;
}

ScopeEntry *PySymtable_Lookup(struct SymbolTable *table, void *key);

ScopeEntry *
PySymtable_Lookup(struct SymbolTable *table, void *key)
{
    Scope *scope = symtable_scope(table, key);
    return scope == NULL ? NULL : scope_object(scope);
}

#include "gen/compile/symtable_entry.inc"
