/* The import system inside Krait: what init.c and the module _imp need beyond PyImport_*. */
#ifndef KRAIT_RUNTIME_IMPORT_H
#define KRAIT_RUNTIME_IMPORT_H

#include "object/state.h"

struct stat;

/* One module that the reference freezes: Krait reads its code from the standard library. */
struct FrozenModule {
    const char *name;
    const char *origin;         /* module whose file holds the code; a leading '<' is kept for Python */
    int is_package;
    int essential;              /* present whatever -X frozen_modules says */
    const struct _frozen *custom;       /* row of an embedder's PyImport_FrozenModules, or NULL */
};

/* Copies the entry for a name; honours the switches if it is not essential. */
bool frozen_find(PyObject *name, struct FrozenModule *found);
/* The code of a .pyc file that belongs to the source as it is now and was built into the executable; NULL, mostly
   without an exception. */
PyObject *frozen_code_from(const char *pyc, const struct stat *source);
/* Code object of an entry; file names in it read `<frozen origin>`. */
PyObject *frozen_code(const struct FrozenModule *module);
/* At the start of a process: make the pages present that are written to in any case. */
void frozen_touch(void);
/* List of all names. */
PyObject *frozen_names(void);

/* Give code and the code objects among its constants another file name. */
status code_rename(PyObject *code, PyObject *new_name);

PyObject *builtin_create(PyObject *name, PyObject *spec);
truth builtin_is(PyObject *name);       /* 1 yes, -1 yes but not to be imported again, 0 no */
PyObject *builtin_names(void);
PyObject *dynamic_create(PyObject *spec);
PyObject *extension_find(PyObject *name, PyObject *filename);
const char *const *dynamic_suffixes(void);

/* A module that every start needs, imported the short way; NULL, mostly without an exception: importlib does it. */
PyObject *import_at_start(PyThreadState *tstate, PyObject *name);
truth import_lock_held(void);
void import_after_fork(bool in_child);

/* Start-up, in this order. */
status import_init_core(PyInterpreterState *interp);       /* importlib._bootstrap */
status import_init_external(PyInterpreterState *interp);   /* finders for files and archives */

#endif
