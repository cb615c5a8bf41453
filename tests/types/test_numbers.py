"""Numbers: arithmetic, conversion, text.  Prints one line per group; both interpreters must agree."""
import math
import struct
import zlib

SEED = 12345


def random_bits():
    """A stream of numbers that does not depend on module random."""
    state = SEED
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 11


bits = random_bits()


def digest(name, values):
    print(name, zlib.crc32(repr(values).encode()))


def big(n):
    x = 0
    for _ in range(n):
        x = x << 53 | next(bits)
    return -x if x & 1 else x


def attempt(f, *args):
    try:
        return f(*args)
    except (ArithmeticError, ValueError, TypeError) as e:
        return type(e).__name__, str(e)


numbers = [0, 1, -1, 255, 2**30, -2**30, 2**60 - 1, 2**60, -2**64, 10**40]
numbers += [big(n) for n in (1, 1, 2, 3, 5, 9, 20, 45, 90)]
for a in numbers:
    digest('unary', [-a, ~a, abs(a), a.bit_length(), a.bit_count(), hash(a), float(a) if abs(a) < 2**1000 else 0,
                     hex(a), bin(a), oct(a), str(a), a >> 7, a << 33, a >> 200,
                     a.to_bytes(700, 'little', signed=True)[:40]])
    digest('binary', [[attempt(f, a, b) for f in (int.__add__, int.__sub__, int.__mul__, int.__and__,
                                                  int.__or__, int.__xor__, int.__floordiv__,
                                                  int.__mod__, int.__truediv__, math.gcd, int.__lt__)]
                      for b in numbers])
    digest('pow', [attempt(pow, a, e, 10**18 + 9) for e in (0, 1, 2, 65537, -1)])
    digest('round', [round(a, -k) for k in range(20)])
    assert int(str(a)) == a and int(hex(a), 16) == a


def double():
    return struct.unpack('d', struct.pack('Q', next(bits) << 11 ^ next(bits)))[0]


floats = [x for x in (double() for _ in range(400)) if math.isfinite(x)]
floats += [0.0, -0.0, 0.1, 1e22, 1e23, 5e-324, 2.5, 1.5, 9007199254740993.0, 1e16, 123456.789]
digest('repr', floats)
digest('formats', [(f'%.{p}{c}' % x) for x in floats for p in (0, 1, 6, 17, 30) for c in 'efg'])
digest('hex', [x.hex() for x in floats])
digest('ratio', [x.as_integer_ratio() for x in floats])
digest('hashes', [hash(x) for x in floats])
digest('rounding', [attempt(round, x, p) for x in floats for p in (-2, 0, 1, 5, 15)])
digest('floordiv', [attempt(divmod, x, y) for x in floats[:40] for y in floats[-20:]])
digest('powers', [attempt(float.__pow__, x, y) for x in floats[-20:] for y in (-2.0, 0.5, 3.0, -0.0)])
digest('complex', [attempt(complex.__pow__, complex(x, 1), 2) for x in floats[-11:]])
assert all(float(repr(x)) == x and float.fromhex(x.hex()) == x for x in floats)

for text in ('', ' ', '1_0', '1__0', '0x10', 'inf', '-Infinity', 'nan', '1e400', '1e-400', '٣', '1.', '.5', '.'):
    print(repr(text), attempt(float, text), attempt(int, text), attempt(int, text, 0),
          attempt(complex, text))
