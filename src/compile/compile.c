/* The way from a tree to a code object, and the C API around it. */
#include "compile/compile.h"
#include "compile/fold.h"
#include "compile/gen.h"

#include <opcode.h>

/* ---- __future__ ---- */

static const struct {
    const char *name;
    int flag;                   /* 0: mandatory by now */
} features[] = {
    {"nested_scopes", 0},
    {"generators", 0},
    {"division", 0},
    {"absolute_import", 0},
    {"with_statement", 0},
    {"print_function", 0},
    {"unicode_literals", 0},
    {"generator_stop", 0},
    {"barry_as_FLUFL", CO_FUTURE_BARRY_AS_BDFL},
    {"annotations", CO_FUTURE_ANNOTATIONS},
};

static status
fail_future(Stmt *s, PyObject *filename, int column)
{
    PyErr_SyntaxLocationObject(filename, s->lineno, column);
    return -1;
}

static status
future_feature(Stmt *s, PyObject *name, PyObject *filename, PyFutureFeatures *future)
{
    for (size_t i = 0; i < ARRAY_LEN(features); i++) {
        if (_PyUnicode_EqualToASCIIString(name, features[i].name)) {
            future->ff_features |= features[i].flag;
            return 0;
        }
    }
    if (_PyUnicode_EqualToASCIIString(name, "braces")) {
        PyErr_SetString(PyExc_SyntaxError, "not a chance");
    }
    else {
        PyErr_Format(PyExc_SyntaxError, "future feature %.100U is not defined", name);
    }
    return fail_future(s, filename, s->col_offset + 1);
}

static bool
is_future_import(Stmt *s)
{
    return s->kind == ImportFrom_kind && s->v.ImportFrom.module != NULL &&
           _PyUnicode_EqualToASCIIString(s->v.ImportFrom.module, "__future__");
}

/* Collects the features a module asks for.  Only the docstring may stand before the imports. */
status
future_from_tree(Mod *mod, PyObject *filename, PyFutureFeatures *future)
{
    StmtSeq *body = mod->kind == Module_kind        ? mod->v.Module.body
                    : mod->kind == Interactive_kind ? mod->v.Interactive.body
                                                    : NULL;
    bool done = false;
    int line = 0;
    future->ff_features = 0;
    future->ff_lineno = -1;
    for (int i = ast_docstring(body) != NULL; i < seq_len(body); i++) {
        Stmt *s = body->items[i];
        if (done && s->lineno > line) {
            return 0;
        }
        line = s->lineno;
        if (is_future_import(s)) {
            if (done) {
                PyErr_SetString(PyExc_SyntaxError, "from __future__ imports must occur at the "
                                                   "beginning of the file");
                return fail_future(s, filename, s->col_offset);
            }
            AliasSeq *names = s->v.ImportFrom.names;
            for (int k = 0; k < seq_len(names); k++) {
                TRY(future_feature(s, names->items[k]->name, filename, future));
            }
            future->ff_lineno = s->lineno;
        }
        else {
            done = true;
        }
    }
    return 0;
}

/* ---- tree to code ---- */

static status
gen_module(Gen *g, Mod *mod)
{
    switch (mod->kind) {
    case Module_kind:
        return gen_body(g, mod->v.Module.body);
    case Interactive_kind:
        g->interactive = true;
        if (has_annotation(mod->v.Interactive.body)) {
            TRY(emit(g, SETUP_ANNOTATIONS));
        }
        return gen_stmts(g, mod->v.Interactive.body);
    case Expression_kind:
        return gen_expr(g, mod->v.Expression.body);
    default:
        PyErr_Format(PyExc_SystemError, "module kind %d should not be possible", mod->kind);
        return -1;
    }
}

static PyCodeObject *
compile_with(Gen *g, Mod *mod)
{
    PyObject *name = PyUnicode_InternFromString("<module>");
    if (name == NULL) {
        return NULL;
    }
    PyCodeObject *code = NULL;
    /* The line of the first instruction is that of the module's first statement. */
    if (enter_unit(g, name, UNIT_MODULE, mod, 1) == 0 && gen_module(g, mod) == 0) {
        code = assemble(g, mod->kind != Expression_kind);
    }
    while (g->unit != NULL) {
        leave_unit(g);
    }
    Py_DECREF(name);
    return code;
}

PyCodeObject *
compile_module(Mod *mod, PyObject *filename, PyCompilerFlags *flags, int optimize, Arena *arena)
{
    PyCompilerFlags local_flags = _PyCompilerFlags_INIT;
    Gen gen = {.arena = arena, .filename = filename, .flags = flags ? flags : &local_flags};
    if (future_from_tree(mod, filename, &gen.future) < 0) {
        return NULL;
    }
    gen.future.ff_features |= gen.flags->cf_flags;
    gen.flags->cf_flags = gen.future.ff_features;
    gen.optimize = optimize == -1 ? _Py_GetConfig()->optimization_level : optimize;
    PyCodeObject *code = NULL;
    if (fold_module(mod, arena, gen.optimize, gen.future.ff_features) == 0 &&
        const_cache_init(&gen.const_cache, arena) == 0 &&
        (gen.work = arena_new()) != NULL && ast_alloc(gen.work, 8) != NULL &&
        (gen.table = symtable_build(mod, filename, &gen.future, arena)) != NULL) {
        code = compile_with(&gen, mod);
    }
    gen_clear(&gen);
    return code;
}

/* ---- the C API ---- */

/* The ABI's name for compile_module(); the tree's struct is opaque to callers. */
PyCodeObject *_PyAST_Compile(Mod *mod, PyObject *filename, PyCompilerFlags *flags, int optimize,
                             Arena *arena);

PyCodeObject *
_PyAST_Compile(Mod *mod, PyObject *filename, PyCompilerFlags *flags, int optimize, Arena *arena)
{
    return compile_module(mod, filename, flags, optimize, arena);
}

/* Compiles (or with PyCF_ONLY_AST only parses) source text. */
PyObject *
Py_CompileStringObject(const char *source, PyObject *filename, int start, PyCompilerFlags *flags,
                       int optimize)
{
    Arena *arena = arena_new();
    if (arena == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    Mod *mod = parse_string(source, filename, start, flags, arena);
    if (mod != NULL) {
        result = flags != NULL && (flags->cf_flags & PyCF_ONLY_AST)
                     ? ast_to_object(mod)
                     : (PyObject *)compile_module(mod, filename, flags, optimize, arena);
    }
    arena_free(arena);
    return result;
}

/* Py_CompileStringObject() for a filename in the file system's encoding. */
PyObject *
Py_CompileStringExFlags(const char *source, const char *filename, int start,
                        PyCompilerFlags *flags, int optimize)
{
    PyObject *name = PyUnicode_DecodeFSDefault(filename);
    if (name == NULL) {
        return NULL;
    }
    PyObject *result = Py_CompileStringObject(source, name, start, flags, optimize);
    Py_DECREF(name);
    return result;
}

#undef Py_CompileString
PyObject *
Py_CompileString(const char *source, const char *filename, int start)
{
    return Py_CompileStringExFlags(source, filename, start, NULL, -1);
}

#undef Py_CompileStringFlags
PyObject *Py_CompileStringFlags(const char *source, const char *filename, int start,
                                PyCompilerFlags *flags);

PyObject *
Py_CompileStringFlags(const char *source, const char *filename, int start, PyCompilerFlags *flags)
{
    return Py_CompileStringExFlags(source, filename, start, flags, -1);
}

/* Kept for its name: compiled code is optimised already. */
PyObject *
PyCode_Optimize(PyObject *code, PyObject *consts, PyObject *names, PyObject *lnotab)
{
    return Py_NewRef(code);
}

int
PyCompile_OpcodeStackEffectWithJump(int opcode, int oparg, int jump)
{
    return stack_effect(opcode, oparg, jump);
}

int
PyCompile_OpcodeStackEffect(int opcode, int oparg)
{
    return stack_effect(opcode, oparg, -1);
}
