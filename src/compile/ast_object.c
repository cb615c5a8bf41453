/* Syntax trees as Python objects: the classes of module _ast, and conversion in both directions.

   The classes, their fields and where the fields lie in the C structs are described by tables that
   tools/gen_ast.py makes from ast.def; one recursive function per direction interprets them.  The
   classes are made when they are first needed and live as long as the interpreter. */
#include "compile/ast.h"

#include <string.h>
#include <structmember.h>

struct FieldRow {
    const char *name;
    unsigned char type;         /* enum FieldType */
    char quantifier;            /* '1', '?' or '*' */
    unsigned short offset;
};

struct NodeRow {
    const char *name;
    const struct FieldRow *fields;
    int field_count;
    int type;                   /* enum FieldType of the sum it belongs to */
};

enum TypeForm { form_enum, form_sum, form_product };

struct TypeRow {
    const char *name;
    enum TypeForm form;
    int at;                     /* 0 no position, 1 with, 2 with an obligatory end */
    int first, count;           /* in node_rows */
    int size;
    int position;               /* offset of lineno, followed by the other three */
    const char *where;          /* what nesting too deep in such a node says */
};

#include "gen/compile/ast_table.h"

#define NODE_COUNT ((int)ARRAY_LEN(node_rows))
#define TYPE_COUNT ((int)ARRAY_LEN(type_rows))
#define TYPE_ROW(field_type) (&type_rows[(field_type)-type_mod])

_Static_assert(type_mod == 4, "the four simple types come first");

struct AstState {
    PyObject *base;                     /* _ast.AST */
    PyObject *types[TYPE_COUNT];        /* classes of sums, enums and products */
    PyObject *nodes[NODE_COUNT];        /* a product's is that in `types` */
    PyObject *fields[NODE_COUNT];       /* tuples of interned names */
    PyObject *singletons[NODE_COUNT];   /* of enums */
    PyObject *position[4];              /* lineno, ... */
};

/* ---- the class AST ---- */

typedef struct {
    PyObject_HEAD
    PyObject *dict;
} AstObject;

static void
AST_tp_dealloc(AstObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, AST_tp_dealloc)
    Py_CLEAR(self->dict);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

static int
AST_tp_traverse(AstObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->dict);
    return 0;
}

static int
AST_tp_clear(AstObject *self)
{
    Py_CLEAR(self->dict);
    return 0;
}

/* The _fields of an instance's class as a sequence; NULL without error if it has none. */
static PyObject *
fields_of(PyObject *self)
{
    PyObject *fields = NULL, *name = PyUnicode_InternFromString("_fields");
    if (name != NULL) {
        _PyObject_LookupAttr((PyObject *)Py_TYPE(self), name, &fields);
        Py_DECREF(name);
    }
    return fields;
}

static status
init_keywords(PyObject *self, PyObject *fields, Py_ssize_t given, PyObject *kwargs)
{
    PyObject *key, *value;
    Py_ssize_t i = 0;
    while (kwargs != NULL && PyDict_Next(kwargs, &i, &key, &value)) {
        int known = fields == NULL ? 0 : PySequence_Contains(fields, key);
        if (known < 0) {
            return -1;
        }
        if (known) {
            Py_ssize_t index = PySequence_Index(fields, key);
            if (index < 0) {
                return -1;
            }
            if (index < given) {
                PyErr_Format(PyExc_TypeError, "%.400s got multiple values for argument '%U'",
                             Py_TYPE(self)->tp_name, key);
                return -1;
            }
        }
        if (PyObject_SetAttr(self, key, value) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
AST_tp_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *fields = fields_of(self);
    if (fields == NULL && PyErr_Occurred()) {
        return -1;
    }
    int result = -1;
    Py_ssize_t count = fields == NULL ? 0 : PySequence_Size(fields);
    Py_ssize_t given = PyTuple_GET_SIZE(args);
    if (count < 0) {
        goto done;
    }
    if (given > count) {
        PyErr_Format(PyExc_TypeError, "%.400s constructor takes at most %zd positional argument%s",
                     _PyType_Name(Py_TYPE(self)), count, count == 1 ? "" : "s");
        goto done;
    }
    for (Py_ssize_t i = 0; i < given; i++) {
        PyObject *name = PySequence_GetItem(fields, i);
        if (name == NULL) {
            goto done;
        }
        int failed = PyObject_SetAttr(self, name, PyTuple_GET_ITEM(args, i));
        Py_DECREF(name);
        if (failed < 0) {
            goto done;
        }
    }
    result = init_keywords(self, fields, given, kwargs);
done:
    Py_XDECREF(fields);
    return result;
}

static PyObject *
AST_reduce(PyObject *self, PyObject *Py_UNUSED(args))
{
    PyObject *dict = ((AstObject *)self)->dict;
    if (dict != NULL) {
        return Py_BuildValue("O()O", Py_TYPE(self), dict);
    }
    return Py_BuildValue("O()", Py_TYPE(self));
}

static PyMethodDef AST_methods[] = {
    {"__reduce__", AST_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef AST_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(AstObject, dict), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef AST_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot AST_slots[] = {
    {Py_tp_dealloc, AST_tp_dealloc},
    {Py_tp_getattro, PyObject_GenericGetAttr},
    {Py_tp_setattro, PyObject_GenericSetAttr},
    {Py_tp_traverse, AST_tp_traverse},
    {Py_tp_clear, AST_tp_clear},
    {Py_tp_methods, AST_methods},
    {Py_tp_members, AST_members},
    {Py_tp_getset, AST_getset},
    {Py_tp_init, AST_tp_init},
    {Py_tp_alloc, PyType_GenericAlloc},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_free, PyObject_GC_Del},
    {0, NULL},
};

static PyType_Spec AST_spec = {
    .name = "ast.AST",
    .basicsize = sizeof(AstObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = AST_slots,
};

/* ---- making the classes ---- */

static const char *const simple_names[] = {"identifier", "string", "constant", "int"};

/* `Name(type field, ...)`, the notation in which the documentation gives the grammar. */
static PyObject *
node_signature(const struct NodeRow *row)
{
    PyObject *text = PyUnicode_FromString(row->name);
    for (int i = 0; i < row->field_count && text != NULL; i++) {
        const struct FieldRow *f = &row->fields[i];
        const char *type = f->type < type_mod ? simple_names[f->type] : TYPE_ROW(f->type)->name;
        char mark[2] = {f->quantifier == '1' ? '\0' : f->quantifier, '\0'};
        Py_SETREF(text, PyUnicode_FromFormat("%U%s%s%s %s", text, i == 0 ? "(" : ", ", type, mark,
                                             f->name));
    }
    if (row->field_count > 0 && text != NULL) {
        Py_SETREF(text, PyUnicode_FromFormat("%U)", text));
    }
    return text;
}

/* `type = A(...) | B(...)`, one alternative a line unless they are plain names. */
static PyObject *
type_signature(const struct TypeRow *row)
{
    PyObject *text = PyUnicode_FromFormat("%s = ", row->name);
    bool plain = row->form == form_enum;
    for (int i = 0; i < row->count && text != NULL; i++) {
        PyObject *one = node_signature(&node_rows[row->first + i]);
        if (one == NULL) {
            Py_CLEAR(text);
        } else if (i == 0) {
            Py_SETREF(text, PyUnicode_FromFormat("%U%U", text, one));
        } else if (plain) {
            Py_SETREF(text, PyUnicode_FromFormat("%U | %U", text, one));
        } else {
            char indent[32] = {0};
            memset(indent, ' ', strlen(row->name) + 1);
            Py_SETREF(text, PyUnicode_FromFormat("%U\n%s| %U", text, indent, one));
        }
        Py_XDECREF(one);
    }
    return text;
}

static PyObject *
field_tuple(const struct NodeRow *row)
{
    PyObject *tuple = PyTuple_New(row == NULL ? 0 : row->field_count);
    for (int i = 0; tuple != NULL && i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *name = PyUnicode_InternFromString(row->fields[i].name);
        if (name == NULL) {
            Py_CLEAR(tuple);
        } else {
            PyTuple_SET_ITEM(tuple, i, name);
        }
    }
    return tuple;
}

/* class NAME(BASE): _fields = __match_args__ = fields.  Takes over `doc`. */
static PyObject *
new_class(const char *name, PyObject *base, PyObject *fields, PyObject *doc)
{
    if (doc == NULL) {
        return NULL;
    }
    return PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){sOsOsssN}", name, base, "_fields",
                                 fields, "__match_args__", fields, "__module__", "ast", "__doc__",
                                 doc);
}

static status
set_position(struct AstState *state, PyObject *cls, int at)
{
    PyObject *names = at ? PyTuple_Pack(4, state->position[0], state->position[1],
                                        state->position[2], state->position[3])
                         : PyTuple_New(0);
    if (names == NULL) {
        return -1;
    }
    int result = PyObject_SetAttrString(cls, "_attributes", names);
    Py_DECREF(names);
    for (int i = 2; i < 4 && at == 1 && result == 0; i++) {
        result = PyObject_SetAttr(cls, state->position[i], Py_None);
    }
    return result;
}

/* Fields that may be absent read as None. */
static status
set_optional(PyObject *cls, const struct NodeRow *row)
{
    for (int i = 0; i < row->field_count; i++) {
        if (row->fields[i].quantifier == '?' &&
            PyObject_SetAttrString(cls, row->fields[i].name, Py_None) < 0) {
            return -1;
        }
    }
    return 0;
}

static status
make_node(struct AstState *state, int type, int node)
{
    const struct TypeRow *row = &type_rows[type];
    const struct NodeRow *n = &node_rows[node];
    state->fields[node] = field_tuple(n);
    if (state->fields[node] == NULL) {
        return -1;
    }
    PyObject *base = row->form == form_product ? state->base : state->types[type];
    PyObject *cls = new_class(n->name, base, state->fields[node], node_signature(n));
    if (cls == NULL) {
        return -1;
    }
    state->nodes[node] = cls;
    if (row->form == form_product) {
        state->types[type] = Py_NewRef(cls);
        if (set_position(state, cls, row->at) < 0) {
            return -1;
        }
    }
    if (row->form == form_enum) {
        state->singletons[node] = PyType_GenericNew((PyTypeObject *)cls, NULL, NULL);
        if (state->singletons[node] == NULL) {
            return -1;
        }
    }
    return set_optional(cls, n);
}

static status
make_type(struct AstState *state, int type, PyObject *empty)
{
    const struct TypeRow *row = &type_rows[type];
    if (row->form != form_product) {
        state->types[type] = new_class(row->name, state->base, empty, type_signature(row));
        if (state->types[type] == NULL ||
            set_position(state, state->types[type], row->at) < 0) {
            return -1;
        }
    }
    for (int i = 0; i < row->count; i++) {
        if (make_node(state, type, row->first + i) < 0) {
            return -1;
        }
    }
    return 0;
}

static status
make_classes(struct AstState *state)
{
    static const char *const position[] = {"lineno", "col_offset", "end_lineno", "end_col_offset"};
    for (int i = 0; i < 4; i++) {
        state->position[i] = PyUnicode_InternFromString(position[i]);
        if (state->position[i] == NULL) {
            return -1;
        }
    }
    state->base = PyType_FromSpec(&AST_spec);
    PyObject *empty = PyTuple_New(0);
    status result = -1;
    if (state->base != NULL && empty != NULL &&
        PyObject_SetAttrString(state->base, "_fields", empty) == 0 &&
        PyObject_SetAttrString(state->base, "__match_args__", empty) == 0 &&
        PyObject_SetAttrString(state->base, "_attributes", empty) == 0) {
        result = 0;
        for (int type = 0; type < TYPE_COUNT && result == 0; type++) {
            result = make_type(state, type, empty);
        }
    }
    Py_XDECREF(empty);
    return result;
}

void
ast_state_free(struct AstState *state)
{
    if (state == NULL) {
        return;
    }
    for (int i = 0; i < TYPE_COUNT; i++) {
        Py_XDECREF(state->types[i]);
    }
    for (int i = 0; i < NODE_COUNT; i++) {
        Py_XDECREF(state->nodes[i]);
        Py_XDECREF(state->fields[i]);
        Py_XDECREF(state->singletons[i]);
    }
    for (int i = 0; i < 4; i++) {
        Py_XDECREF(state->position[i]);
    }
    Py_XDECREF(state->base);
    PyMem_Free(state);
}

static struct AstState *
get_state(void)
{
    struct AstState **slot = ast_state_slot();
    if (*slot != NULL) {
        return *slot;
    }
    struct AstState *state = PyMem_Calloc(1, sizeof(struct AstState));
    if (state == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (make_classes(state) < 0) {
        ast_state_free(state);
        return NULL;
    }
    *slot = state;
    return state;
}

int
PyAST_Check(PyObject *object)
{
    struct AstState *state = get_state();
    return state == NULL ? -1 : PyObject_IsInstance(object, state->base);
}

status
ast_add_classes(PyObject *module)
{
    struct AstState *state = get_state();
    if (state == NULL || PyModule_AddObjectRef(module, "AST", state->base) < 0) {
        return -1;
    }
    for (int type = 0; type < TYPE_COUNT; type++) {
        const struct TypeRow *row = &type_rows[type];
        if (PyModule_AddObjectRef(module, row->name, state->types[type]) < 0) {
            return -1;
        }
        for (int i = row->first; i < row->first + row->count; i++) {
            if (PyModule_AddObjectRef(module, node_rows[i].name, state->nodes[i]) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* ---- trees to objects ---- */

/* One conversion; `depth` bounds the C stack. */
struct Walk {
    struct AstState *state;
    Arena *arena;
    int depth, limit;
};

static status
start_walk(struct Walk *walk)
{
    walk->state = get_state();
    walk->limit = ast_depth_limit();
    walk->depth = 0;
    return walk->state == NULL ? -1 : 0;
}

static PyObject *node_to_object(struct Walk *walk, int type, const void *node);

static PyObject *
value_to_object(struct Walk *walk, int type, const void *place)
{
    if (type == type_int) {
        return PyLong_FromLong(*(const int *)place);
    }
    if (type < type_mod) {
        PyObject *value = *(PyObject *const *)place;
        return Py_NewRef(value == NULL ? Py_None : value);
    }
    const struct TypeRow *row = TYPE_ROW(type);
    if (row->form == form_enum) {
        return Py_NewRef(walk->state->singletons[row->first + *(const int *)place - 1]);
    }
    return node_to_object(walk, type, *(void *const *)place);
}

static PyObject *
seq_to_list(struct Walk *walk, int type, const void *seq)
{
    int count = seq == NULL ? 0 : *(const int *)seq;
    PyObject *list = PyList_New(count);
    bool ints = type >= type_mod && TYPE_ROW(type)->form == form_enum;
    for (int i = 0; list != NULL && i < count; i++) {
        const void *place = ints ? (const void *)&((const IntSeq *)seq)->items[i]
                                 : (const void *)&((const ExprSeq *)seq)->items[i];
        PyObject *item = value_to_object(walk, type, place);
        if (item == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, i, item);
        }
    }
    return list;
}

static status
set_take(PyObject *dict, PyObject *name, PyObject *value)
{
    if (value == NULL) {
        return -1;
    }
    int result = PyDict_SetItem(dict, name, value);
    Py_DECREF(value);
    return result;
}

static status
fill_object(struct Walk *walk, PyObject *dict, const struct TypeRow *row, int index,
            const char *node)
{
    const struct NodeRow *n = &node_rows[index];
    for (int i = 0; i < n->field_count; i++) {
        const struct FieldRow *f = &n->fields[i];
        const char *place = node + f->offset;
        PyObject *value = f->quantifier == '*'
                              ? seq_to_list(walk, f->type, *(void *const *)place)
                              : value_to_object(walk, f->type, place);
        if (set_take(dict, PyTuple_GET_ITEM(walk->state->fields[index], i), value) < 0) {
            return -1;
        }
    }
    const int *position = (const int *)(node + row->position);
    for (int i = 0; i < 4 && row->at; i++) {
        if (set_take(dict, walk->state->position[i], PyLong_FromLong(position[i])) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyObject *
node_to_object(struct Walk *walk, int type, const void *node)
{
    if (node == NULL) {
        Py_RETURN_NONE;
    }
    if (walk->depth >= walk->limit) {
        PyErr_SetString(PyExc_RecursionError,
                        "maximum recursion depth exceeded during ast construction");
        return NULL;
    }
    const struct TypeRow *row = TYPE_ROW(type);
    int index = row->first + (row->form == form_sum ? *(const int *)node - 1 : 0);
    PyObject *object = PyType_GenericNew((PyTypeObject *)walk->state->nodes[index], NULL, NULL);
    PyObject *dict = object == NULL ? NULL : PyDict_New();
    if (dict == NULL) {
        Py_XDECREF(object);
        return NULL;
    }
    ((AstObject *)object)->dict = dict;
    walk->depth++;
    if (fill_object(walk, dict, row, index, node) < 0) {
        Py_CLEAR(object);
    }
    walk->depth--;
    return object;
}

PyObject *
ast_to_object(Mod *mod)
{
    struct Walk walk = {0};
    return start_walk(&walk) < 0 ? NULL : node_to_object(&walk, type_mod, mod);
}

/* ---- objects to trees ---- */

static status node_from_object(struct Walk *walk, int type, PyObject *object, void **node);

static status
int_from_object(PyObject *object, int *result)
{
    if (!PyLong_Check(object)) {
        PyErr_Format(PyExc_ValueError, "invalid integer value: %R", object);
        return -1;
    }
    int value = _PyLong_AsInt(object);
    if (value == -1 && PyErr_Occurred()) {
        return -1;
    }
    *result = value;
    return 0;
}

static status
enum_from_object(struct Walk *walk, int type, PyObject *object, int *result)
{
    const struct TypeRow *row = TYPE_ROW(type);
    for (int i = 0; i < row->count; i++) {
        PyObject *cls = walk->state->nodes[row->first + i];
        int is = (PyObject *)Py_TYPE(object) == cls ? 1 : PyObject_IsInstance(object, cls);
        if (is < 0) {
            return -1;
        }
        if (is) {
            *result = i + 1;
            return 0;
        }
    }
    PyErr_Format(PyExc_TypeError, "expected some sort of %s, but got %R", row->name, object);
    return -1;
}

/* Converts one value to where it belongs. */
static status
value_from_object(struct Walk *walk, int type, PyObject *object, void *place)
{
    if (type == type_int) {
        return int_from_object(object, place);
    }
    if (type >= type_mod) {
        return TYPE_ROW(type)->form == form_enum ? enum_from_object(walk, type, object, place)
                                                 : node_from_object(walk, type, object, place);
    }
    if (type != type_constant) {
        if (object == Py_None) {
            *(PyObject **)place = NULL;
            return 0;
        }
        if (type == type_identifier && !PyUnicode_CheckExact(object)) {
            PyErr_SetString(PyExc_TypeError, "AST identifier must be of type str");
            return -1;
        }
        if (type == type_string && !PyUnicode_CheckExact(object) && !PyBytes_CheckExact(object)) {
            PyErr_SetString(PyExc_TypeError, "AST string must be of type str");
            return -1;
        }
    }
    Py_INCREF(object);
    if (type == type_identifier) {
        PyUnicode_InternInPlace(&object);
    }
    if (arena_take(walk->arena, object) < 0) {
        return -1;
    }
    *(PyObject **)place = object;
    return 0;
}

/* The same for a value of node n, one level deeper. */
static status
inner_from_object(struct Walk *walk, const struct NodeRow *n, int type, PyObject *object, void *place)
{
    if (Py_EnterRecursiveCall(TYPE_ROW(n->type)->where)) {
        return -1;
    }
    status result = value_from_object(walk, type, object, place);
    Py_LeaveRecursiveCall();
    return result;
}

static status
seq_from_object(struct Walk *walk, const struct NodeRow *n, const struct FieldRow *f,
                PyObject *object, void **result)
{
    if (!PyList_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s field \"%s\" must be a list, not a %.200s", n->name,
                     f->name, Py_TYPE(object)->tp_name);
        return -1;
    }
    Py_ssize_t count = PyList_GET_SIZE(object);
    if (count == 0) {
        *result = NULL;
        return 0;
    }
    if (count > INT_MAX / 16) {
        PyErr_NoMemory();
        return -1;
    }
    bool ints = f->type >= type_mod && TYPE_ROW(f->type)->form == form_enum;
    void *seq = ints ? (void *)new_IntSeq((int)count, walk->arena)
                     : (void *)new_ExprSeq((int)count, walk->arena);
    if (seq == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(object, i));
        void *place = ints ? (void *)&((IntSeq *)seq)->items[i] : (void *)&((ExprSeq *)seq)->items[i];
        int failed = inner_from_object(walk, n, f->type, item, place);
        Py_DECREF(item);
        if (failed) {
            return -1;
        }
        if (PyList_GET_SIZE(object) != count) {
            PyErr_Format(PyExc_RuntimeError, "%s field \"%s\" changed size during iteration",
                         n->name, f->name);
            return -1;
        }
    }
    *result = seq;
    return 0;
}

/* Reads a field of a node; a missing one is an error unless it is optional. */
static status
field_from_object(struct Walk *walk, const struct NodeRow *n, const struct FieldRow *f,
                  PyObject *name, PyObject *object, char *node)
{
    PyObject *value;
    char *place = node + f->offset;
    if (_PyObject_LookupAttr(object, name, &value) < 0) {
        return -1;
    }
    if (f->quantifier == '?' && (value == NULL || value == Py_None)) {
        Py_XDECREF(value);
        if (f->type == type_int) {
            *(int *)place = 0;
        } else {
            *(void **)place = NULL;
        }
        return 0;
    }
    if (value == NULL) {
        PyErr_Format(PyExc_TypeError, "required field \"%s\" missing from %s", f->name, n->name);
        return -1;
    }
    status result;
    if (f->quantifier == '*') {
        result = seq_from_object(walk, n, f, value, (void **)place);
    } else {
        result = inner_from_object(walk, n, f->type, value, place);
    }
    Py_DECREF(value);
    return result;
}

static status
fields_from_object(struct Walk *walk, int index, PyObject *object, char *node)
{
    const struct NodeRow *n = &node_rows[index];
    for (int i = 0; i < n->field_count; i++) {
        PyObject *name = PyTuple_GET_ITEM(walk->state->fields[index], i);
        if (field_from_object(walk, n, &n->fields[i], name, object, node) < 0) {
            return -1;
        }
    }
    for (int i = 0; i < n->field_count; i++) {
        const struct FieldRow *f = &n->fields[i];
        bool pointer = f->type != type_int &&
                       (f->type < type_mod || TYPE_ROW(f->type)->form != form_enum);
        if (f->quantifier == '1' && pointer && *(void **)(node + f->offset) == NULL) {
            PyErr_Format(PyExc_ValueError, "field '%s' is required for %s", f->name, n->name);
            return -1;
        }
    }
    return 0;
}

/* The end of a node defaults to its beginning. */
static status
position_from_object(struct Walk *walk, const struct TypeRow *row, PyObject *object, char *node)
{
    int *position = (int *)(node + row->position);
    for (int i = 0; i < 4; i++) {
        PyObject *value;
        if (_PyObject_LookupAttr(object, walk->state->position[i], &value) < 0) {
            return -1;
        }
        if (i >= 2 && row->at == 1 && (value == NULL || value == Py_None)) {
            position[i] = position[i - 2];
            Py_XDECREF(value);
            continue;
        }
        if (value == NULL) {
            PyErr_Format(PyExc_TypeError, "required field \"%U\" missing from %s",
                         walk->state->position[i], row->name);
            return -1;
        }
        status result = int_from_object(value, &position[i]);
        Py_DECREF(value);
        if (result < 0) {
            return -1;
        }
    }
    return 0;
}

/* Index in node_rows of the alternative that an object is; -1 with an exception. */
static int
alternative(struct Walk *walk, const struct TypeRow *row, PyObject *object)
{
    for (int i = row->first; i < row->first + row->count; i++) {
        if ((PyObject *)Py_TYPE(object) == walk->state->nodes[i]) {
            return i;
        }
    }
    for (int i = row->first; i < row->first + row->count; i++) {
        int is = PyObject_IsInstance(object, walk->state->nodes[i]);
        if (is != 0) {
            return is < 0 ? -1 : i;
        }
    }
    PyErr_Format(PyExc_TypeError, "expected some sort of %s, but got %R", row->name, object);
    return -1;
}

static status
node_from_object(struct Walk *walk, int type, PyObject *object, void **result)
{
    const struct TypeRow *row = TYPE_ROW(type);
    if (row->form == form_sum && object == Py_None) {
        *result = NULL;
        return 0;
    }
    char *node = ast_alloc(walk->arena, (size_t)row->size);
    if (node == NULL) {
        return -1;
    }
    memset(node, 0, (size_t)row->size);
    if (row->form == form_product) {
        if (fields_from_object(walk, row->first, object, node) < 0 ||
            (row->at && position_from_object(walk, row, object, node) < 0)) {
            return -1;
        }
    } else {
        if (row->at && position_from_object(walk, row, object, node) < 0) {
            return -1;
        }
        int index = alternative(walk, row, object);
        if (index < 0) {
            return -1;
        }
        *(int *)node = index - row->first + 1;
        if (fields_from_object(walk, index, object, node) < 0) {
            return -1;
        }
    }
    *result = node;
    return 0;
}

Mod *
ast_from_object(PyObject *object, Arena *arena, int mode)
{
    struct Walk walk = {.arena = arena};
    if (PySys_Audit("compile", "OO", object, Py_None) < 0 || start_walk(&walk) < 0) {
        return NULL;
    }
    static const enum ModKind kinds[] = {Module_kind, Expression_kind, Interactive_kind};
    int wanted = TYPE_ROW(type_mod)->first + (int)kinds[mode] - 1;
    int is = PyObject_IsInstance(object, walk.state->nodes[wanted]);
    if (is < 0) {
        return NULL;
    }
    if (!is) {
        PyErr_Format(PyExc_TypeError, "expected %s node, got %.400s", node_rows[wanted].name,
                     Py_TYPE(object)->tp_name);
        return NULL;
    }
    void *mod;
    return node_from_object(&walk, type_mod, object, &mod) < 0 ? NULL : mod;
}
