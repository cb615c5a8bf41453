"""Which NaN comes out of two: sign and payload, in every way an operation is written and often enough to be specialised."""
import array
import cmath
import decimal
import fractions
import functools
import itertools
import json
import math
import operator
import random
import statistics
import struct


def of(bits):
    return struct.unpack('<d', struct.pack('<Q', bits))[0]


def bits(value):
    if isinstance(value, complex):
        return bits(value.real), bits(value.imag)
    if isinstance(value, (tuple, list)):
        return [bits(v) for v in value]
    if isinstance(value, float):
        return '%016x' % struct.unpack('<Q', struct.pack('<d', value))
    return repr(value)


NAN, MINUS = of(0x7ff8000000000000), of(0xfff8000000000000)
OTHER, MINUS_OTHER, SIGNALLING = of(0x7ff8000000000123), of(0xfff8000000000456), of(0x7ff0000000000001)
INF = math.inf
VALUES = [NAN, MINUS, OTHER, MINUS_OTHER, SIGNALLING, INF, -INF, 0.0, -0.0, 1.5, -2.5]
BINARY = [(sign, eval('lambda a, b: a %s b' % sign)) for sign in ('+', '-', '*', '/', '//', '%', '**')]
BINARY += [('in place ' + sign, eval('lambda a, b: [a := a %s b, a][1]' % sign)) for sign in ('+', '-', '*', '/')]


def in_place(a, b):
    c = d = e = f = a
    c += b
    d -= b
    e *= b
    f /= b
    return c, d, e, f


def chain(a, b):
    return a + b + a, a * b * a, a + b * a, a * b + a * b, a - b + a, (a + b) * (b + a)


def accumulate_locals(a, b):
    x = 0.0
    for _ in range(3):
        x = x + a
        x = x * b
        x += a * b
    return x


class Sub(float):
    pass


def outcome(function, *args):
    try:
        return bits(function(*args))
    except Exception as error:
        return '%s: %s' % (type(error).__name__, error)


FUNCTIONS = BINARY + [('in place', in_place), ('chain', chain), ('loop', accumulate_locals),
                      ('operator add', operator.add), ('operator mul', operator.mul), ('operator sub', operator.sub),
                      ('operator truediv', operator.truediv), ('pow', pow), ('divmod', divmod),
                      ('radd', lambda a, b: a.__radd__(b)), ('rmul', lambda a, b: a.__rmul__(b)), ('add', lambda a, b: a.__add__(b)),
                      ('sum', lambda a, b: sum([a, b])), ('sum start', lambda a, b: sum([a], b)), ('sum 3', lambda a, b: sum([b, 1, a])),
                      ('fsum', lambda a, b: math.fsum([a, b])), ('prod', lambda a, b: math.prod([a, b])),
                      ('prod start', lambda a, b: math.prod([a], start=b)), ('prod 3', lambda a, b: math.prod([2, a, b])),
                      ('hypot', math.hypot), ('dist', lambda a, b: math.dist([a, 1], [b, 2])), ('atan2', math.atan2),
                      ('copysign', math.copysign), ('fmod', math.fmod), ('remainder', math.remainder), ('math.pow', math.pow),
                      ('nextafter', math.nextafter), ('ldexp', lambda a, b: math.ldexp(a, 3)), ('max', max), ('min', min),
                      ('subclass', lambda a, b: Sub(a) + Sub(b)), ('subclass mul', lambda a, b: Sub(a) * b),
                      ('subclass right', lambda a, b: a + Sub(b)), ('with int', lambda a, b: (a + 1) * 2 - 1 + (1 + b) * (3 * b)),
                      ('complex', complex), ('complex of complex', lambda a, b: complex(a, 1j) + complex(1j, b)),
                      ('complex add', lambda a, b: complex(a, b) + complex(b, a)), ('complex sub', lambda a, b: complex(a, b) - complex(b, a)),
                      ('complex mul', lambda a, b: complex(a, b) * complex(b, a)), ('complex div', lambda a, b: complex(a, b) / complex(b, a)),
                      ('complex pow', lambda a, b: complex(a, b) ** complex(b, a)), ('complex pow 2', lambda a, b: complex(a, b) ** 2),
                      ('complex with float', lambda a, b: (complex(a, b) * b, a + complex(a, b), complex(a, b) / a, a - complex(b, 1))),
                      ('complex neg', lambda a, b: (-complex(a, b), +complex(a, b), complex(a, b).conjugate())),
                      ('complex abs', lambda a, b: abs(complex(a, b))), ('complex sum', lambda a, b: sum([complex(a, b), complex(b, a)])),
                      ('cmath', lambda a, b: [outcome(f, complex(a, b)) for f in (cmath.sqrt, cmath.exp, cmath.log, cmath.sin, cmath.cosh,
                                                                                cmath.atan, cmath.acosh, cmath.tanh, cmath.polar)]),
                      ('rect', cmath.rect), ('phase', lambda a, b: cmath.phase(complex(a, b))),
                      ('mean', lambda a, b: statistics.fmean([a, b])), ('statistics', lambda a, b: statistics.mean([a, b])),
                      ('reduce', lambda a, b: functools.reduce(operator.add, [a, b, a])),
                      ('accumulate', lambda a, b: list(itertools.accumulate([a, b, a]))),
                      ('accumulate mul', lambda a, b: list(itertools.accumulate([a, b, a], operator.mul))),
                      ('array', lambda a, b: list(array.array('d', [a, b]))),
                      ('text', lambda a, b: (repr(a), '%f' % b, f'{a:+e}', a.hex(), json.dumps([a, b]), f'{b: }', str(complex(a, b)))),
                      ('decimal', lambda a, b: str(decimal.Decimal(a) if a != a else 0)), ('back', lambda a, b: float(str(a))),
                      ('round', lambda a, b: (round(a, 2), a.__abs__(), -a, +a, abs(b))), ('uniform', lambda a, b: random.Random(1).uniform(a, b)),
                      ('sorted', lambda a, b: sorted([a, b, 1.0, a])), ('compare', lambda a, b: (a == b, a < b, a >= b, a != b))]
for name, function in FUNCTIONS:
    for turn in range(3):
        results = [[outcome(function, a, b) for a in VALUES] for b in VALUES]
    for b, row in zip(VALUES, results):
        print(name, bits(b), row)
for function in (math.sqrt, math.exp, math.sin, math.log, math.floor, math.trunc, math.gamma, math.lgamma, math.erf, math.frexp, math.modf,
                 math.tan, math.cosh, math.asinh, math.log1p, math.expm1, math.degrees, math.fabs, math.cbrt, math.exp2, math.ulp, float.hex):
    print(function.__name__, [outcome(function, v) for v in VALUES])
