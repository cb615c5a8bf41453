"""math, cmath and the text of floats: every bit of results for random arguments, as digests.

A digest that differs is found with `test_math_bits.py NAME`, which prints all results of that name."""
import cmath
import hashlib
import math
import random
import struct
import sys

choose = random.Random(3)
SPECIAL = (0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 0.5, -0.5, 5e-324, 1.7976931348623157e308,
           2.2250738585072014e-308, 709.78, -745.2)
shown = sys.argv[1:]


def number():
    kind = choose.randrange(10)
    if kind == 0:
        return choose.uniform(-10, 10)
    if kind == 1:
        return choose.uniform(-1, 1)
    if kind == 2:
        return struct.unpack('<d', choose.getrandbits(64).to_bytes(8, 'little'))[0]
    if kind == 3:
        return choose.choice((-1, 1)) * 10 ** choose.uniform(-25, 25)
    if kind == 4:
        return float(choose.randint(-30, 30))
    if kind == 5:
        return choose.choice((-1, 1)) * (1 + 2 ** choose.uniform(-54, 2))
    if kind == 6:
        return choose.choice(SPECIAL)
    if kind == 7:
        return choose.uniform(-180, 180)
    if kind == 8:                               # beside the poles of gamma
        return round(choose.uniform(-200, 200)) + choose.choice((-1, 1)) * 2 ** choose.uniform(-45, 0)
    return choose.uniform(-800, 800)


def text(value):
    if isinstance(value, float):
        return value.hex() if value == value else 'nan%d' % math.copysign(1, value)
    if isinstance(value, complex):
        return text(value.real) + ',' + text(value.imag)
    if isinstance(value, tuple):
        return ';'.join(map(text, value))
    return repr(value)


digests = {}


def note(name, function, *arguments):
    try:
        line = text(function(*arguments))
    except (ValueError, OverflowError, ZeroDivisionError) as e:
        line = repr(e)
    digests.setdefault(name, hashlib.sha256()).update(line.encode())
    if name in shown:
        print(name, [text(a) for a in arguments], line)


ONE = ('acos acosh asin asinh atan atanh cbrt ceil cos cosh degrees erf erfc exp exp2 expm1 fabs floor frexp gamma '
       'isfinite isinf isnan lgamma log log10 log1p log2 modf radians sin sinh sqrt tan tanh trunc ulp').split()
TWO = 'atan2 copysign fmod hypot log nextafter pow remainder'.split()
COMPLEX = ('acos acosh asin asinh atan atanh cos cosh exp isfinite isinf isnan log log10 phase polar sin sinh sqrt '
           'tan tanh').split()

for _ in range(6000):
    x, y = number(), number()
    note('gamma', math.gamma, x)
    note('lgamma', math.lgamma, y)
for i in range(1500):
    x, y = number(), number()
    for name in ONE:
        note(name, getattr(math, name), x)
    for name in TWO:
        note(name + '-2', getattr(math, name), x, y)
    z, w = complex(x, y), complex(number(), number())
    for name in COMPLEX:
        note('complex ' + name, getattr(cmath, name), z)
    note('rect', cmath.rect, x, y)
    note('complex log-2', cmath.log, z, w)
    note('complex pow', pow, z, w)
    note('complex pow int', pow, z, choose.randint(-5, 5))
    note('complex div', complex.__truediv__, z, w)
    note('complex abs', abs, z)
    note('complex repr', repr, z)
    note('complex format', format, z, choose.choice(('', '.3f', 'e', '20.5g', '+.2e', '<30')))
    note('ldexp', math.ldexp, x, choose.randint(-1200, 1200))
    v = [number() for _ in range(choose.randint(0, 7))]
    u = [number() for _ in v]
    note('fsum', math.fsum, v)
    note('prod', math.prod, v)
    note('hypot', math.hypot, *v)
    note('dist', math.dist, v, u)
    note('sum', sum, v)
    if not x < 0:
        note('pow', pow, x, y)
    note('mod', float.__mod__, x, y)
    note('divmod', divmod, x, y)
    big = choose.getrandbits(choose.randint(1, 400)) * choose.choice((1, -1))
    for name in ('log', 'log2', 'log10', 'sqrt', 'exp'):
        note('int ' + name, getattr(math, name), big)
    note('int div', int.__truediv__, big, choose.getrandbits(choose.randint(1, 300)))
    note('float of int', float, big)
    note('isqrt', math.isqrt, abs(big))
    note('repr', repr, x)
    spec = (choose.choice(('', '<', '>', '^', '=')) + choose.choice(('', '+', '-', ' ')) + choose.choice(('', 'z')) +
            choose.choice(('', '#')) + choose.choice(('', '0')) + choose.choice(('', '3', '20', '30')) +
            choose.choice(('', ',', '_')) + choose.choice(('', '.%d' % choose.randint(0, 60))) +
            choose.choice(('', 'e', 'E', 'f', 'F', 'g', 'G', '%', 'n')))
    note('format', format, x, spec)
    spec = ('%' + choose.choice(('', '#', '0', '-', '+', ' ')) + choose.choice(('', '5', '25')) +
            choose.choice(('', '.%d' % choose.randint(0, 40))) + choose.choice('efgEFGrs'))
    note('percent', str.__mod__, spec, (x,))
    note('round', round, x, choose.randint(-20, 20))
    note('hex', float.hex, x)
    note('ratio', float.as_integer_ratio, x)
    note('parse', float, '%d.%de%d' % (choose.getrandbits(choose.randint(1, 90)),
                                       choose.getrandbits(choose.randint(1, 120)), choose.randint(-340, 320)))
    for digits in (15, 16, 17):
        note('parse digits', float, '%.*g' % (digits, x))
    note('fromhex', float.fromhex, '0x%x.%xp%d' % (choose.getrandbits(choose.randint(1, 60)),
                                                   choose.getrandbits(choose.randint(1, 80)),
                                                   choose.randint(-1100, 1040)))
    if i % 20 == 0 and 1e-290 < abs(x) < 1e290:
        # exactly between two floats, and one digit beside that
        a, b = x.as_integer_ratio(), math.nextafter(x, math.inf).as_integer_ratio()
        above, below = a[0] * b[1] + b[0] * a[1], 2 * a[1] * b[1]
        scale = below.bit_length() - 1
        above *= 5 ** scale
        note('half', float, '%de-%d' % (above, scale))
        note('half above', float, '%d1e-%d' % (above, scale + 1))
        note('half below', float, '%d9e-%d' % (above - 1, scale + 1))
for name in sorted(digests):
    print(name, digests[name].hexdigest()[:16])
