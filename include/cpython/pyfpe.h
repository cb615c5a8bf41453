/* Floating-point traps, which no longer exist; sources still mention them. */
#ifndef Py_PYFPE_H
#define Py_PYFPE_H

#define PyFPE_START_PROTECT(err_string, leave_stmt)
#define PyFPE_END_PROTECT(v)

#endif
