"""Methods and functions called with wrong numbers and kinds of arguments."""
import itertools
import re
import sys
import types


class Index:
    def __index__(self):
        return 2

    def __repr__(self):
        return 'Index()'


class Wrong:
    def __index__(self):
        return 'x'

    def __repr__(self):
        return 'Wrong()'


class Bad:
    def __iter__(self):
        raise ZeroDivisionError('iter')

    def __eq__(self, other):
        raise ZeroDivisionError('eq')

    def __hash__(self):
        raise ZeroDivisionError('hash')

    def __index__(self):
        raise ZeroDivisionError('index')

    def __bool__(self):
        raise ZeroDivisionError('bool')

    def __repr__(self):
        return 'Bad()'


ARGUMENTS = [(), *((x,) for x in (None, 0, -1, 10 ** 30, 1.5, 'ab', b'ab', bytearray(b'a'), [1], (1, 2), {'a': 1}, object,
                                  Index(), Wrong(), Bad()))]
ARGUMENTS += itertools.product([None, 0, 'a', Bad()], repeat=2)
ARGUMENTS += [(0, 0, 0), (None, 'a', 'b'), ('a', 0, None), (0,) * 4, (0,) * 6]
KEYWORDS = [{'a': 1}, {'key': None}]

INSTANCES = [lambda: 5, lambda: -10 ** 30, lambda: True, lambda: 2.5, lambda: 1 + 2j, lambda: 'abc aXb', lambda: b'abc aXb',
             lambda: bytearray(b'abc'), lambda: memoryview(b'abcdef'), lambda: [3, 1, 2], lambda: (3, 1, 2),
             lambda: {'a': 1}, lambda: {1, 2, 3}, lambda: frozenset([1]), lambda: range(1, 10, 3), lambda: slice(1, 2),
             lambda: {'a': 1}.keys(), lambda: {'a': 1}.items(), lambda: iter([1]), lambda: iter(range(10 ** 20)),
             lambda: reversed([1]), lambda: enumerate([1]), lambda: zip([1]), lambda: property(len),
             lambda: ExceptionGroup('x', [ValueError(1)]), lambda: OSError(2, 'x'), lambda: ImportError('x'),
             lambda: types.SimpleNamespace(a=1), lambda: list[int], lambda: int | str, lambda: types.CellType(1),
             lambda: (x for x in ()), lambda: sys.float_info]
SKIPPED = {'__init_subclass__', '__subclasshook__', '__dir__', '__sizeof__', '__hash__', '__doc__', '__class__',
           '__getstate__', '__setstate__', '__new__', '__reduce_ex__'}
HEAVY = {'__lshift__', '__rlshift__', '__pow__', '__rpow__', '__round__'}


def outcome(function, args, kwargs):
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        text = '%s: %s' % (type(error).__name__, error)
    else:
        text = '%s %r' % (type(result).__name__, result)
    return re.sub(r'0x[0-9a-f]+', '0x', text)[:200]


for make in INSTANCES:
    kind = type(make()).__name__
    for name in dir(type(make())):
        if name in SKIPPED or not callable(getattr(make(), name, None)):
            continue
        for args, kwargs in itertools.chain(((a, {}) for a in ARGUMENTS), (((), k) for k in KEYWORDS)):
            if name in HEAVY and 10 ** 30 in [a for a in args if type(a) is int]:
                continue
            print(kind, name, args if not any(a is object for a in args) else '', kwargs,
                  outcome(getattr(make(), name), args, kwargs))

for function in (abs, all, ascii, bin, chr, compile, divmod, eval, format, getattr, hasattr, isinstance, issubclass, iter,
                 len, max, min, next, ord, round, setattr, sorted, sum, types.TracebackType, types.CodeType,
                 types.FunctionType, types.MethodType, int, float, complex, str, bytes, bytearray, memoryview, list,
                 tuple, dict, set, range, slice, super, enumerate, zip, map, filter):
    for args, kwargs in itertools.chain(((a, {}) for a in ARGUMENTS), (((), k) for k in KEYWORDS)):
        if 10 ** 30 in [a for a in args if type(a) is int] and function in (round,):
            continue
        print(function.__name__, len(args), kwargs, outcome(function, args, kwargs))
