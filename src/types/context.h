/* Context variables: what start-up needs. */
#ifndef KRAIT_TYPES_CONTEXT_H
#define KRAIT_TYPES_CONTEXT_H

#include "base/common.h"

/* Ready the types and give Token its MISSING. */
status context_init(void);

#endif
