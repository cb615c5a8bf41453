/* Module _tokenize: the compiler's tokenizer, for tokenize.py and tests. */
#include <Python.h>

#include <string.h>

#include "compile/token.h"

/* A tokenizer and what it borrows. */
struct Reading {
    struct Tokenizer tokenizer;
    PyObject *filename;         /* in errors */
};

typedef struct {
    PyObject_HEAD
    struct Reading *reading;
} TokenizerIter;

static PyObject *
TokenizerIter_start(PyTypeObject *type, PyObject *source)
{
    Py_ssize_t size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(source, &size);
    if (utf8 == NULL) {
        return NULL;
    }
    if (strlen(utf8) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    PyObject *filename = PyUnicode_FromString("<string>");
    TokenizerIter *self = filename == NULL ? NULL : (TokenizerIter *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_XDECREF(filename);
        return NULL;
    }
    size_t length = (size_t)size;
    char *text = source_translate(utf8, &length, true);
    self->reading = text == NULL ? NULL : PyMem_Malloc(sizeof(struct Reading));
    if (self->reading == NULL) {
        PyMem_Free(text);
        Py_DECREF(filename);
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    self->reading->filename = filename;
    tokenizer_init(&self->reading->tokenizer, text, length, filename);
    self->reading->tokenizer.owns_text = true;
    self->reading->tokenizer.whole_words = true;
    return (PyObject *)self;
}

static PyObject *
TokenizerIter_tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const keywords[] = {"source", NULL};
    static _PyArg_Parser parser = {.keywords = keywords, .fname = "tokenizeriter"};
    PyObject *buffer[1];
    PyObject *const *given = _PyArg_UnpackKeywords(
        &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), kwargs, NULL, &parser, 1, 1, 0, buffer);
    if (given == NULL) {
        return NULL;
    }
    if (!PyUnicode_Check(given[0])) {
        _PyArg_BadArgument("tokenizeriter", "argument 'source'", "str", given[0]);
        return NULL;
    }
    return TokenizerIter_start(type, given[0]);
}

static void
TokenizerIter_tp_dealloc(TokenizerIter *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (self->reading != NULL) {
        tokenizer_clear(&self->reading->tokenizer);
        Py_DECREF(self->reading->filename);
        PyMem_Free(self->reading);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

/* (string, type, lineno, end_lineno, col_offset, end_col_offset, line); columns in bytes. */
static PyObject *
TokenizerIter_tp_iternext(TokenizerIter *self)
{
    struct Tokenizer *t = &self->reading->tokenizer;
    int type = tokenizer_next(t);
    if (type == ERRORTOKEN && PyErr_Occurred()) {
        return NULL;
    }
    if (type == ERRORTOKEN || type == ENDMARKER) {
        PyErr_SetString(PyExc_StopIteration, "EOF");
        return NULL;
    }
    PyObject *string = t->tok_start == NULL
                           ? PyUnicode_FromString("")
                           : PyUnicode_FromStringAndSize(t->tok_start, t->tok_end - t->tok_start);
    PyObject *line = PyUnicode_DecodeUTF8(t->line, tokenizer_line_end(t) - t->line, "replace");
    int lineno = type == STRING ? t->first_lineno : t->lineno, col = -1, end_col = -1;
    if (t->tok_start != NULL) {
        col = (int)(t->tok_start - (type == STRING ? t->first_line_start : t->line_start));
        end_col = (int)(t->tok_end - t->line_start);
    }
    if (string == NULL || line == NULL) {
        Py_XDECREF(string);
        Py_XDECREF(line);
        return NULL;
    }
    return Py_BuildValue("(NiiiiiN)", string, type, lineno, t->lineno, col, end_col, line);
}

static PyType_Slot TokenizerIter_slots[] = {
    {Py_tp_new, TokenizerIter_tp_new},
    {Py_tp_dealloc, TokenizerIter_tp_dealloc},
    {Py_tp_getattro, PyObject_GenericGetAttr},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, TokenizerIter_tp_iternext},
    {0, NULL},
};

static PyType_Spec TokenizerIter_spec = {
    .name = "_tokenize.TokenizerIter",
    .basicsize = sizeof(TokenizerIter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = TokenizerIter_slots,
};

static int
_tokenize_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &TokenizerIter_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int result = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return result;
}

static PyModuleDef_Slot _tokenize_slots[] = {
    {Py_mod_exec, _tokenize_exec},
    {0, NULL},
};

static WRITTEN struct PyModuleDef _tokenize_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_tokenize",
    .m_slots = _tokenize_slots,
};

PyMODINIT_FUNC
PyInit__tokenize(void)
{
    return PyModuleDef_Init(&_tokenize_module);
}
