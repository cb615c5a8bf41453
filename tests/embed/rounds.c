/* An interpreter is started and ended several times; what each round leaves is printed.

       rounds [N]          `round <i>: <references> refs, <blocks> blocks`, exit 1 if it grows

   The first two rounds fill what lives as long as the process (static types, interned names). */
#include <Python.h>
#include "base/alloc.h"
#include "object/live.h"
#include <stdio.h>
#include <stdlib.h>

extern Py_ssize_t _Py_GetAllocatedBlocks(void);

static const char program[] =
    "import sys, re, collections, functools, json, io, weakref, itertools\n"
    "class A:\n"
    "    def __init__(self): self.me = self\n"
    "x = [A() for _ in range(100)]\n"
    "y = {i: str(i) for i in range(1000)}\n"
    "json.loads(json.dumps(y)); re.sub('a(b)?', 'c', 'abab')\n"
    "@functools.lru_cache\n"
    "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\n"
    "f(50)\n"
    "try:\n"
    "    1 / 0\n"
    "except ZeroDivisionError as e: keep = e\n"
    "g = (i for i in range(3)); next(g)\n";

int
main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 6;
    Py_ssize_t refs = 0, blocks = 0;
    int grew = 0;
    for (int i = 1; i <= rounds; i++) {
        PyConfig config;
        PyConfig_InitIsolatedConfig(&config);
        PyStatus status = Py_InitializeFromConfig(&config);
        PyConfig_Clear(&config);
        if (PyStatus_Exception(status)) {
            Py_ExitStatusException(status);
        }
        if (PyRun_SimpleString(program) < 0) {
            return 2;
        }
        Py_Finalize();
        Py_ssize_t refs_now = live_total_refs();
        Py_ssize_t blocks_now = krait_alloc.debug ? alloc_blocks() : _Py_GetAllocatedBlocks();
        printf("round %d: %zd refs, %zd blocks\n", i, refs_now, blocks_now);
        fflush(stdout);
        grew = i > 2 && (refs_now > refs || blocks_now > blocks);
        refs = refs_now;
        blocks = blocks_now;
        if (getenv("ROUNDS_DUMP") != NULL && i >= rounds - 1) {
            char name[64];
            snprintf(name, sizeof name, "%s.%d", getenv("ROUNDS_DUMP"), i);
            FILE *file = fopen(name, "w");
            live_dump(file);
            fclose(file);
        }
    }
    return grew;
}
