"""Keywords that are not str, given to whatever can be called; and what says which name when keywords are refused."""
import _thread
import array
import builtins
import collections
import datetime
import decimal
import functools
import io
import itertools
import json
import math
import operator
import re
import struct
import zlib

SKIPPED = {'input', 'breakpoint', 'open', 'exit', 'quit', 'help', 'license', 'credits', 'copyright', '_exit', 'interrupt_main',
           'exec', '__subclasshook__', 'start_new_thread', 'start_new', 'getrandbits'}
KEYWORDS = ({1: 2}, {'x': 1, 1: 2}, {1: 2, 3: 4, None: 5})
ARGUMENTS = ((), (1,), ([],), ('a', 1, 2))


class Plain:
    pass


class WithInit:
    def __init__(self, a=1):
        pass


class WithNew:
    def __new__(cls, **keywords):
        return object.__new__(cls)


class OwnError(KeyError):
    def __init__(self, *args, **keywords):
        pass


class Callable:
    def __call__(self, *args, **keywords):
        return args, keywords


class Meta(type):
    def __call__(cls, *args, **keywords):
        return super().__call__(*args, **keywords)


class Made(metaclass=Meta):
    pass


def show(name, function, *args):
    try:
        print(name, type(function(*args)))
    except BaseException as error:
        print(name, type(error).__name__, error)


def show_all(name, function):
    if name.split('.')[-1] not in SKIPPED:
        for args in ARGUMENTS:
            for keywords in KEYWORDS:
                show('%s %r %r' % (name, args, keywords), lambda: function(*args, **keywords))


for module in (builtins, operator, math, itertools, functools, collections, struct, io, re, json, datetime, decimal, array,
               _thread, zlib):
    for name in sorted(dir(module)):
        if callable(getattr(module, name)) and not name.startswith('__'):
            show_all(module.__name__ + '.' + name, getattr(module, name))
for value in ('a', b'a', [], {}, (), 1, 1.0, 1j, set(), frozenset(), bytearray(), memoryview(b'a'), range(1), slice(1),
              object(), iter([]), ValueError(1), property(), show, (i for i in [])):
    for name in dir(type(value)):
        if callable(getattr(value, name)) and name not in SKIPPED:
            show_all(type(value).__name__ + '.' + name, getattr(value, name))
for function in (Plain, WithInit, WithNew, OwnError, Callable(), Made, Plain().__init__, functools.partial(sorted, 1),
                 lambda *a, **k: 1, classmethod(show).__get__(1), Callable().__call__):
    show_all(getattr(function, '__name__', type(function).__name__), function)

# The name with which keywords are refused: of the function alone where it takes a tuple.
for value, name in (('a', 'find'), (b'a', 'rindex'), (bytearray(), 'startswith'), (_thread.RLock(), 'acquire'),
                    (_thread.allocate_lock(), 'acquire'), (_thread.allocate_lock(), '__exit__'), ([], 'index'), ('', 'join')):
    bound, descriptor = getattr(value, name), getattr(type(value), name)
    for call in (lambda: bound(x=1), lambda: bound(**{'x': 1}), lambda: bound(1, *(2,), x=3), lambda: bound(**{1: 2}),
                 lambda: descriptor(value, **{1: 2}), lambda: descriptor(value, x=1), lambda: descriptor(x=1),
                 lambda: descriptor(**{'x': 1}), lambda: descriptor(value, **{'x': 1}), lambda: descriptor(1, **{'x': 1}),
                 lambda: bound(1, 2, 3, 4, 5, 6), lambda: descriptor(), lambda: descriptor(1)):
        show(name, call)
for function in dir, vars, min, max:
    for call in (lambda: function(x=1), lambda: function(1, 2, x=1), lambda: function(*(1, 2, 3), **{1: 2, 'key': len}),
                 lambda: function(*(1, 2, 3), **{'default': 3, 1: 2, 'key': len}),
                 lambda: function(**{1: 2, 'key': None}), lambda: function([], **{1: 2, 'key': None})):
        show(function.__name__, call)
