/* The types of _collections, for its files. */
#ifndef KRAIT_MODULES_COLLECTIONS_H
#define KRAIT_MODULES_COLLECTIONS_H

#include "object/declare.h"

extern PyTypeObject *const collections_deque_type;
extern PyTypeObject *const collections_dequeiter_type;
extern PyTypeObject *const collections_dequereviter_type;

#endif
