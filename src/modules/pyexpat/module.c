/* pyexpat: XML parsing with handlers, over libexpat. */
#include "modules/pyexpat/pyexpat.h"
#include <dlfcn.h>
#include <pyexpat.h>

/* ---- the library -------------------------------------------------------------------------------------- */

static status
load_function(void *handle, const char *name, void *into)
{
    void *function = dlsym(handle, name);
    if (function == NULL) {
        PyErr_Format(PyExc_ImportError, "libexpat has no %s", name);
        return -1;
    }
    memcpy(into, &function, sizeof function);
    return 0;
}

/* The library stays loaded; a second load finds it there. */
static status
load_library(Library *lib)
{
    void *handle = dlopen("libexpat.so.1", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        PyErr_SetString(PyExc_ImportError, dlerror());
        return -1;
    }
#define LOAD(name) || load_function(handle, "XML_" #name, &lib->name) < 0
#define LOAD_SETTER(name, attribute, setter, line) LOAD(setter)
    return 0 FUNCTIONS(LOAD) HANDLERS(LOAD_SETTER) ? -1 : 0;
#undef LOAD
#undef LOAD_SETTER
}

/* ---- functions ---------------------------------------------------------------------------------------- */

FUNCTION(pyexpat, ParserCreate,
         "($module, /, encoding=None, namespace_separator=None,\n             intern=<unrepresentable>)",
         "A new parser.\n\n"
         "encoding overrules what documents say.  With a namespace_separator of one character, names are the\n"
         "namespace's URI, the separator and the local name.")
static PyObject *
pyexpat_ParserCreate(PyObject *module, text_or_none encoding, text_or_none separator, PyObject *intern)
{
    if (separator != NULL && strlen(separator) > 1) {
        PyErr_SetString(PyExc_ValueError,
                        "namespace_separator must be at most one character, omitted, or None");
        return NULL;
    }
    if (intern != NULL && intern != Py_None && !PyDict_Check(intern)) {
        PyErr_SetString(PyExc_TypeError, "intern must be a dictionary");
        return NULL;
    }
    PyObject *names = intern == NULL ? PyDict_New() : intern == Py_None ? NULL : Py_NewRef(intern);
    if (names == NULL && intern == NULL)
        return NULL;
    PyObject *result = parser_new(PyModule_GetState(module), encoding, separator, names);
    Py_XDECREF(names);
    return result;
}

FUNCTION(pyexpat, ErrorString, "($module, code, /)", "What an error code of the library means, or None.")
static PyObject *
pyexpat_ErrorString(PyObject *module, long code)
{
    State *state = PyModule_GetState(module);
    return Py_BuildValue("z", state->lib.ErrorString((enum XML_Error)(int)code));
}

/* ---- submodules --------------------------------------------------------------------------------------- */

/* The module pyexpat.<name>, as an attribute of this one and in sys.modules; borrowed. */
static PyObject *
add_submodule(PyObject *module, const char *full_name, const char *doc)
{
    PyObject *submodule = PyImport_AddModule(full_name);
    if (submodule == NULL || PyModule_SetDocString(submodule, doc) < 0 ||
        PyModule_AddObjectRef(module, strchr(full_name, '.') + 1, submodule) < 0)
        return NULL;
    return submodule;
}

/* The codes of the library, from 1 on. */
static const char *const error_names[] = {
    "NO_MEMORY", "SYNTAX", "NO_ELEMENTS", "INVALID_TOKEN", "UNCLOSED_TOKEN", "PARTIAL_CHAR", "TAG_MISMATCH",
    "DUPLICATE_ATTRIBUTE", "JUNK_AFTER_DOC_ELEMENT", "PARAM_ENTITY_REF", "UNDEFINED_ENTITY",
    "RECURSIVE_ENTITY_REF", "ASYNC_ENTITY", "BAD_CHAR_REF", "BINARY_ENTITY_REF",
    "ATTRIBUTE_EXTERNAL_ENTITY_REF", "MISPLACED_XML_PI", "UNKNOWN_ENCODING", "INCORRECT_ENCODING",
    "UNCLOSED_CDATA_SECTION", "EXTERNAL_ENTITY_HANDLING", "NOT_STANDALONE", "UNEXPECTED_STATE",
    "ENTITY_DECLARED_IN_PE", "FEATURE_REQUIRES_XML_DTD", "CANT_CHANGE_FEATURE_ONCE_PARSING",
    "UNBOUND_PREFIX", "UNDECLARING_PREFIX", "INCOMPLETE_PE", "XML_DECL", "TEXT_DECL", "PUBLICID",
    "SUSPENDED", "NOT_SUSPENDED", "ABORTED", "FINISHED", "SUSPEND_PE", "RESERVED_PREFIX_XML",
    "RESERVED_PREFIX_XMLNS", "RESERVED_NAMESPACE_URI", "INVALID_ARGUMENT", "NO_BUFFER",
    "AMPLIFICATION_LIMIT_BREACH",
};

static status
add_error(PyObject *module, PyObject *codes, PyObject *messages, const char *name, int code,
          const char *text)
{
    char full_name[64];
    PyObject *message = PyUnicode_FromString(text), *number = PyLong_FromLong(code);
    status done = -1;
    PyOS_snprintf(full_name, sizeof full_name, "XML_ERROR_%s", name);
    if (message != NULL && number != NULL && PyModule_AddObjectRef(module, full_name, message) == 0 &&
        PyDict_SetItem(codes, message, number) == 0 && PyDict_SetItem(messages, number, message) == 0)
        done = 0;
    Py_XDECREF(message);
    Py_XDECREF(number);
    return done;
}

static status
add_errors(PyObject *module, const Library *lib)
{
    PyObject *errors = add_submodule(module, "pyexpat.errors", "The errors that the parser reports.");
    PyObject *codes = PyDict_New(), *messages = PyDict_New();
    status done = -1;
    if (errors == NULL || codes == NULL || messages == NULL)
        goto done;
    for (int i = 0; i < (int)ARRAY_LEN(error_names); i++) {
        /* An older library knows fewer. */
        const char *text = lib->ErrorString((enum XML_Error)(i + 1));
        if (text != NULL && add_error(errors, codes, messages, error_names[i], i + 1, text) < 0)
            goto done;
    }
    if (PyModule_AddObjectRef(errors, "codes", codes) == 0 &&
        PyModule_AddObjectRef(errors, "messages", messages) == 0)
        done = 0;
done:
    Py_XDECREF(codes);
    Py_XDECREF(messages);
    return done;
}

static status
add_model(PyObject *module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
        {"XML_CTYPE_EMPTY", XML_CTYPE_EMPTY},   {"XML_CTYPE_ANY", XML_CTYPE_ANY},
        {"XML_CTYPE_MIXED", XML_CTYPE_MIXED},   {"XML_CTYPE_NAME", XML_CTYPE_NAME},
        {"XML_CTYPE_CHOICE", XML_CTYPE_CHOICE}, {"XML_CTYPE_SEQ", XML_CTYPE_SEQ},
        {"XML_CQUANT_NONE", XML_CQUANT_NONE},   {"XML_CQUANT_OPT", XML_CQUANT_OPT},
        {"XML_CQUANT_REP", XML_CQUANT_REP},     {"XML_CQUANT_PLUS", XML_CQUANT_PLUS},
    };
    PyObject *model = add_submodule(module, "pyexpat.model", "How content models of elements are described.");
    if (model == NULL)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(model, constants[i].name, constants[i].value) < 0)
            return -1;
    return 0;
}

/* ---- the module --------------------------------------------------------------------------------------- */

static status
add_new(PyObject *module, const char *name, PyObject *value_take)
{
    status done = value_take == NULL ? -1 : PyModule_AddObjectRef(module, name, value_take);
    Py_XDECREF(value_take);
    return done;
}

/* [(name, value), ...] of how the library was built. */
static PyObject *
features(const Library *lib)
{
    PyObject *list = PyList_New(0);
    for (const XML_Feature *f = lib->GetFeatureList(); list != NULL && f->feature != XML_FEATURE_END; f++) {
        PyObject *pair = Py_BuildValue("(sl)", f->name, f->value);
        if (pair == NULL || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static void
capsule_destructor(PyObject *capsule)
{
    PyMem_Free(PyCapsule_GetPointer(capsule, PyExpat_CAPSULE_NAME));
}

/* The library for other modules written in C. */
static PyObject *
new_capsule(const Library *lib)
{
    struct PyExpat_CAPI *capi = PyMem_Calloc(1, sizeof *capi);
    if (capi == NULL)
        return PyErr_NoMemory();
    capi->magic = PyExpat_CAPI_MAGIC;
    capi->size = sizeof *capi;
    capi->MAJOR_VERSION = XML_MAJOR_VERSION;
    capi->MINOR_VERSION = XML_MINOR_VERSION;
    capi->MICRO_VERSION = XML_MICRO_VERSION;
    capi->ErrorString = lib->ErrorString;
    capi->GetErrorCode = lib->GetErrorCode;
    capi->GetErrorColumnNumber = lib->GetCurrentColumnNumber;
    capi->GetErrorLineNumber = lib->GetCurrentLineNumber;
    capi->Parse = lib->Parse;
    capi->ParserCreate_MM = lib->ParserCreate_MM;
    capi->ParserFree = lib->ParserFree;
    capi->SetCharacterDataHandler = lib->SetCharacterDataHandler;
    capi->SetCommentHandler = lib->SetCommentHandler;
    capi->SetDefaultHandlerExpand = lib->SetDefaultHandlerExpand;
    capi->SetElementHandler = lib->SetElementHandler;
    capi->SetNamespaceDeclHandler = lib->SetNamespaceDeclHandler;
    capi->SetProcessingInstructionHandler = lib->SetProcessingInstructionHandler;
    capi->SetUnknownEncodingHandler = lib->SetUnknownEncodingHandler;
    capi->SetUserData = lib->SetUserData;
    capi->SetStartDoctypeDeclHandler = lib->SetStartDoctypeDeclHandler;
    capi->SetEncoding = lib->SetEncoding;
    capi->DefaultUnknownEncodingHandler = unknown_encoding;
    capi->SetHashSalt = lib->SetHashSalt;
    PyObject *capsule = PyCapsule_New(capi, PyExpat_CAPSULE_NAME, capsule_destructor);
    if (capsule == NULL)
        PyMem_Free(capi);
    return capsule;
}

static int
pyexpat_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Library *lib = &state->lib;
    if (load_library(lib) < 0)
        return -1;
    state->parser_type = parser_new_type(module);
    if (state->parser_type == NULL)
        return -1;
    state->error = PyErr_NewException("xml.parsers.expat.ExpatError", NULL, NULL);
    XML_Expat_Version version = lib->ExpatVersionInfo();
    if (state->error == NULL || PyModule_AddObjectRef(module, "error", state->error) < 0 ||
        PyModule_AddObjectRef(module, "ExpatError", state->error) < 0 ||
        PyModule_AddObjectRef(module, "XMLParserType", (PyObject *)state->parser_type) < 0 ||
        PyModule_AddStringConstant(module, "EXPAT_VERSION", lib->ExpatVersion()) < 0 ||
        add_new(module, "version_info", Py_BuildValue("(iii)", version.major, version.minor, version.micro)) < 0 ||
        PyModule_AddStringConstant(module, "native_encoding", "UTF-8") < 0 || add_errors(module, lib) < 0 ||
        add_model(module) < 0 || add_new(module, "features", features(lib)) < 0 ||
        PyModule_AddIntMacro(module, XML_PARAM_ENTITY_PARSING_NEVER) < 0 ||
        PyModule_AddIntMacro(module, XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE) < 0 ||
        PyModule_AddIntMacro(module, XML_PARAM_ENTITY_PARSING_ALWAYS) < 0 ||
        add_new(module, &PyExpat_CAPSULE_NAME[sizeof "pyexpat"], new_capsule(lib)) < 0)
        return -1;
    return 0;
}

static int
pyexpat_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->parser_type);
    Py_VISIT(state->error);
    return 0;
}

static int
pyexpat_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->parser_type);
    Py_CLEAR(state->error);
    return 0;
}

static void
pyexpat_free(void *module)
{
    pyexpat_clear(module);
}

static PyMethodDef pyexpat_functions[];

static PyModuleDef_Slot pyexpat_slots[] = {
    {Py_mod_exec, pyexpat_exec},
    {0, NULL},
};

static WRITTEN PyModuleDef pyexpat_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pyexpat",
    .m_doc = PyDoc_STR("XML parsing with handlers, over libexpat."),
    .m_size = sizeof(State),
    .m_methods = pyexpat_functions,
    .m_slots = pyexpat_slots,
    .m_traverse = pyexpat_traverse,
    .m_clear = pyexpat_clear,
    .m_free = pyexpat_free,
};

PyMODINIT_FUNC
PyInit_pyexpat(void)
{
    return PyModuleDef_Init(&pyexpat_module);
}

#include "gen/modules/pyexpat/module.inc"
