/* Importing from C; tables of built-in and frozen modules. */
#ifndef Py_IMPORT_H
#define Py_IMPORT_H

#ifdef __cplusplus
extern "C" {
#endif

PyAPI_FUNC(PyObject *) PyImport_AddModule(const char *text);
PyAPI_FUNC(int) PyImport_AppendInittab(const char *name, PyObject *(*init)(void));
PyAPI_FUNC(PyObject *) PyImport_ExecCodeModule(const char *name, PyObject *code);
PyAPI_FUNC(PyObject *) PyImport_ExecCodeModuleEx(const char *name, PyObject *code,
                                                 const char *pathname);
PyAPI_FUNC(PyObject *) PyImport_ExecCodeModuleWithPathnames(const char *name, PyObject *code,
                                                            const char *pathname,
                                                            const char *cpathname);
PyAPI_FUNC(PyObject *) PyImport_GetImporter(PyObject *path);
PyAPI_FUNC(long) PyImport_GetMagicNumber(void);
PyAPI_FUNC(const char *) PyImport_GetMagicTag(void);
PyAPI_FUNC(PyObject *) PyImport_GetModuleDict(void);
PyAPI_FUNC(PyObject *) PyImport_Import(PyObject *name);
PyAPI_FUNC(int) PyImport_ImportFrozenModule(const char *text);
PyAPI_FUNC(PyObject *) PyImport_ImportModule(const char *text);
PyAPI_FUNC(PyObject *) PyImport_ImportModuleLevel(const char *text, PyObject *globals,
                                                  PyObject *locals, PyObject *fromlist, int level);
PyAPI_FUNC(PyObject *) PyImport_ImportModuleNoBlock(const char *text);
PyAPI_FUNC(PyObject *) PyImport_ReloadModule(PyObject *module);

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03030000
PyAPI_FUNC(PyObject *) PyImport_AddModuleObject(PyObject *name);
PyAPI_FUNC(PyObject *) PyImport_ExecCodeModuleObject(PyObject *name, PyObject *code,
                                                     PyObject *pathname, PyObject *cpathname);
PyAPI_FUNC(int) PyImport_ImportFrozenModuleObject(PyObject *name);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03050000
PyAPI_FUNC(PyObject *) PyImport_ImportModuleLevelObject(PyObject *name, PyObject *globals,
                                                        PyObject *locals, PyObject *fromlist,
                                                        int level);
#endif

#if !defined(Py_LIMITED_API) || Py_LIMITED_API + 0 >= 0x03070000
PyAPI_FUNC(PyObject *) PyImport_GetModule(PyObject *name);
#endif

#define PyImport_ImportModuleEx(n, g, l, f) PyImport_ImportModuleLevel((n), (g), (l), (f), 0)

#ifndef Py_LIMITED_API
/* A row of the table of built-in modules, which ends with a NULL name. */
struct _inittab {
    const char *name;
    PyObject *(*initfunc)(void);
};

/* A module as marshalled code in the program. */
struct _frozen {
    const char *name;
    const unsigned char *code;
    int size;
    int is_package;
    PyObject *(*get_code)(void);
};

PyAPI_DATA(const struct _frozen *) PyImport_FrozenModules;
PyAPI_DATA(struct _inittab *) PyImport_Inittab;

PyAPI_FUNC(int) PyImport_ExtendInittab(struct _inittab *more);
PyAPI_FUNC(PyObject *) PyInit__imp(void);
PyAPI_FUNC(void) _PyImport_AcquireLock(void);
PyAPI_FUNC(int) _PyImport_FixupBuiltin(PyObject *module, const char *text, PyObject *modules);
PyAPI_FUNC(int) _PyImport_FixupExtensionObject(PyObject *module, PyObject *name, PyObject *filename,
                                               PyObject *modules);
PyAPI_FUNC(PyObject *) _PyImport_GetModuleAttr(PyObject *module_name, PyObject *attribute);
PyAPI_FUNC(PyObject *) _PyImport_GetModuleAttrString(const char *module_name,
                                                     const char *attribute);
PyAPI_FUNC(PyObject *) _PyImport_GetModuleId(_Py_Identifier *id);
PyAPI_FUNC(int) _PyImport_IsInitialized(PyInterpreterState *interp);
PyAPI_FUNC(int) _PyImport_ReleaseLock(void);
PyAPI_FUNC(int) _PyImport_SetModule(PyObject *name, PyObject *module);
PyAPI_FUNC(int) _PyImport_SetModuleString(const char *name, PyObject *module);

#endif

#ifdef __cplusplus
}
#endif

#endif
