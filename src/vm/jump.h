/* Jumps of a debugger: assigning frame.f_lineno. */
#ifndef KRAIT_VM_JUMP_H
#define KRAIT_VM_JUMP_H

#include "vm/frame.h"

/* Continue `frame` at the line `value` (an int object; NULL means deletion).  ValueError if the
   running trace event forbids it or the value stack would not fit there. */
int frame_jump(PyFrameObject *frame, PyObject *value);

#endif
