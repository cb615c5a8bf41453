/* The inside of a frame object, for code that Cython generates: it sets f_lineno.  A frame's execution state
   is opaque; PyFrame_* of pyframe.h tell about it. */
#ifndef Py_INTERNAL_FRAME_H
#define Py_INTERNAL_FRAME_H

#ifdef __cplusplus
extern "C" {
#endif

struct _PyInterpreterFrame;

struct _frame {
    PyObject_HEAD
    PyFrameObject *f_back;                  /* of a frame that has ended */
    struct _PyInterpreterFrame *f_frame;
    PyObject *f_trace;
    int f_lineno;                           /* 0: computed from the instruction */
    char f_trace_lines;
    char f_trace_opcodes;
    char f_fast_as_locals;
    PyObject *_f_frame_data[1];
};

#ifdef __cplusplus
}
#endif
#endif
