/* May a process end without clearing up?

   When the program is over, the reference collects, empties every module and frees every object.
   All that can be seen of it is what runs meanwhile: finalisers, callbacks of weak references, the
   closing and flushing of streams.  If no such thing is alive, the process ends without touching the
   objects once more: their memory goes with it.

   leave_silently answers for the program's last moment: threads have ended, atexit has run, the
   standard streams are flushed, no frame is alive.  It errs on the side of clearing up: an extension
   from elsewhere, a hook or an option that reports on the end, another interpreter or thread
   are reasons enough. */
#include "runtime/init.h"
#include "runtime/import.h"
#include "object/class.h"
#include "object/gc.h"
#include "types/generator.h"
#include <string.h>

extern truth stream_is_silent(PyObject *op);    /* modules/_io/textio.c */

/* Modules of the library whose callbacks only tidy up tables of their own. */
static const char *const tidy_files[] = {"/weakref.py", "/_weakrefset.py", "/logging/__init__.py"};

static bool
is_tidy_function(PyObject *callback, const struct _is *interp)
{
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(callback);
    wchar_t file[256];
    const wchar_t *library = interp->config.stdlib_dir;
    Py_ssize_t length = PyUnicode_AsWideChar(code->co_filename, file, (Py_ssize_t)ARRAY_LEN(file) - 1);
    if (library == NULL || length < 0) {
        PyErr_Clear();
        return false;
    }
    file[length] = 0;
    size_t prefix = wcslen(library);
    if (wcsncmp(file, library, prefix) != 0) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(tidy_files); i++) {
        const char *a = tidy_files[i];
        const wchar_t *b = file + prefix;
        while (*a != 0 && (wchar_t)*a == *b) {
            a++, b++;
        }
        if (*a == 0 && *b == 0) {
            return true;
        }
    }
    return false;
}

/* The callbacks of _abc and _thread: C functions bound to a weak reference. */
static bool
is_tidy_callback(PyObject *callback, const struct _is *interp)
{
    if (PyCFunction_CheckExact(callback)) {
        PyObject *self = PyCFunction_GET_SELF(callback);
        return self != NULL && PyWeakref_CheckRefExact(self);
    }
    return PyFunction_Check(callback) && is_tidy_function(callback, interp);
}

static bool
weakref_is_silent(PyObject *op, const struct _is *interp)
{
    PyWeakReference *ref = (PyWeakReference *)op;
    return ref->wr_callback == NULL || ref->wr_object == Py_None || is_tidy_callback(ref->wr_callback, interp);
}

/* Of the native types with a finaliser: generators that are not under way, streams without
   anything to write or close. */
static bool
finaliser_is_silent(PyObject *op)
{
    if (PyGen_CheckExact(op)) {
        int state = ((PyGenObject *)op)->gi_frame_state;
        return state == FRAME_CREATED || state == FRAME_CLEARED;
    }
    if (PyCoro_CheckExact(op)) {
        return ((PyGenObject *)op)->gi_frame_state == FRAME_CLEARED;
    }
    return stream_is_silent(op);
}

/* A class whose instances the collector never sees, but which has a finaliser. */
static bool
is_loud_class(PyObject *op)
{
    PyTypeObject *type = (PyTypeObject *)op;
    return type->tp_dealloc == subtype_dealloc && (type->tp_finalize != NULL || type->tp_del != NULL) &&
           !PyType_IS_GC(type);
}

struct Search {
    const struct _is *interp;
    PyTypeObject *quiet;        /* the last type found of which no instance is loud */
};

/* gc_walk's visitor: non-zero stops at an object whose end could be seen. */
static int
visit_loud(PyObject *op, void *arg)
{
    struct Search *search = arg;
    PyTypeObject *type = Py_TYPE(op);
    if (type == search->quiet) {
        return 0;
    }
    if (unlikely(type->tp_finalize != NULL || type->tp_del != NULL)) {
        return type->tp_del != NULL || !finaliser_is_silent(op);
    }
    if (PyType_Check(op)) {
        return is_loud_class(op);
    }
    bool weak = type == &_PyWeakref_RefType || type == &_PyWeakref_ProxyType ||
                type == &_PyWeakref_CallableProxyType ||
                (type->tp_flags & Py_TPFLAGS_HEAPTYPE && type->tp_base == &_PyWeakref_RefType) ||
                (type->tp_flags & Py_TPFLAGS_HEAPTYPE && PyWeakref_Check(op));
    if (weak) {
        return !weakref_is_silent(op, search->interp);
    }
    search->quiet = type;
    return 0;
}

static bool
somebody_watches(PyThreadState *tstate)
{
    struct _is *interp = tstate->interp;
    const PyConfig *config = &interp->config;
    const struct GcState *gc = &interp->gc;
    return config->verbose || config->malloc_stats || config->show_ref_count || config->dump_refs ||
           config->dump_refs_file != NULL || interp->audit_hooks != NULL ||
           _PyRuntime.audit_hooks != NULL || gc->debug != 0 || krait_alloc.hooked ||
           (gc->callbacks != NULL && PyList_GET_SIZE(gc->callbacks) > 0) ||
           (gc->garbage != NULL && PyList_GET_SIZE(gc->garbage) > 0) || _PyRuntime.life.nexitfuncs > 0 ||
           interp->import.foreign || interp->open_scans > 0 || interp->next != NULL ||
           _PyRuntime.interpreters.head != interp || &interp->threads.head->ts != tstate ||
           tstate->next != NULL;
}

truth
leave_silently(PyThreadState *tstate)
{
#if defined(KRAIT_DEBUG) || defined(KRAIT_ASAN)
    const bool counts = true;           /* what is never freed is to be counted */
#else
    const bool counts = false;
#endif
    struct Search search = {.interp = tstate->interp};
    return !counts && _PyRuntime.life.process_ends && !somebody_watches(tstate) &&
           gc_walk(1 | 2 | 4 | 8, visit_loud, &search) == 0;
}
