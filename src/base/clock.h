/* Clocks and time arithmetic: _PyTime_t is a signed count of nanoseconds. */
#ifndef KRAIT_BASE_CLOCK_H
#define KRAIT_BASE_CLOCK_H

#include <Python.h>
#include "base/common.h"

/* Nanoseconds of a clock that never goes back; never fails. */
_PyTime_t clock_monotonic(void);

#endif
