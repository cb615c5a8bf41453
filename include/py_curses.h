/* The capsule "_curses._C_API": windows of the module curses. */
#ifndef Py_PY_CURSES_H
#define Py_PY_CURSES_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef NCURSES_OPAQUE
#define NCURSES_OPAQUE 0
#endif
#include <ncurses.h>

typedef struct {
    PyObject_HEAD
    WINDOW *win;
    char *encoding;
} PyCursesWindowObject;

#define PyCurses_CAPSULE_NAME "_curses._C_API"
#define PyCurses_API_pointers 4

#ifndef CURSES_MODULE
static void **PyCurses_API;

#define PyCursesWindow_Type (*(PyTypeObject *)PyCurses_API[0])
#define PyCursesWindow_Check(v) Py_IS_TYPE((v), &PyCursesWindow_Type)

/* Each sets an exception and returns NULL when curses is not that far initialised. */
#define _PyCurses_READY(index) \
    if (!((int (*)(void))PyCurses_API[index])()) return NULL;
#define PyCursesSetupTermCalled _PyCurses_READY(1)
#define PyCursesInitialised _PyCurses_READY(2)
#define PyCursesInitialisedColor _PyCurses_READY(3)

#define import_curses() (PyCurses_API = (void **)PyCapsule_Import(PyCurses_CAPSULE_NAME, 1))
#endif

#ifdef __cplusplus
}
#endif

#endif
