/* Constant folding on the tree, before symbol tables are built. */
#ifndef KRAIT_COMPILE_FOLD_H
#define KRAIT_COMPILE_FOLD_H

#include "compile/ast.h"

/* Rewrites `mod` in place.  `optimize` decides what __debug__ is, `future` are CO_FUTURE_* bits:
   under PEP 563 annotations are left as they were written.  RecursionError for trees too deep. */
status fold_module(Mod *mod, Arena *arena, int optimize, int future);

#endif
