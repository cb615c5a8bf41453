"""The exception being handled, as extensions set it: None stays where it is put."""
import ctypes
import sys

put = ctypes.pythonapi.PyErr_SetHandledException
put.argtypes, put.restype = [ctypes.py_object], None
get = ctypes.pythonapi.PyErr_GetHandledException
get.argtypes, get.restype = [], ctypes.c_void_p


def rounds(value):
    """In a generator, whose level of handled exceptions begins empty."""
    for i in range(3):
        before = sys.getrefcount(None)
        put(value)
        yield sys.getrefcount(None) - before, sys.exc_info()[1], bool(get())


error = ValueError(1)
for value in (None, error, None, error):
    list(rounds(value))
    print(list(rounds(value)))
