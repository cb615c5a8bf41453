"""The kernels over bytes and text, at every length around their blocks and on every kind of processor.

Each operation runs over the same random inputs; what it gives is added up in a digest, a line each.  The C library's
GLIBC_TUNABLES hides vector instructions, so that the code for lesser processors runs, too.
"""
import base64
import binascii
import codecs
import hashlib
import os
import random
import subprocess
import sys

LESSER = ['', '-AVX512_VBMI2,-AVX512_VBMI', '-AVX512BW', '-AVX2,-AVX512BW']
ALPHABETS = ['abc XYZ\n09', 'a\u00e9\u00ff\x85', 'ab\u0416\u4e2d\u2028', '\u4e2d\u6587\u3042', '\U0001f600x\u4e2d\u0416\u00e9',
             '\U0001f600\U0010ffff', '\u0416\u0434', ''.join(map(chr, range(128))), '\r\n\x0b\x0c\x1c\x1d\x1e\x1f\t ',
             'a\ud800\udfff\u4e2d', '\u07ff\u0800\uffff\x7f\x80']
LENGTHS = [*range(0, 70), 95, 96, 97, 127, 128, 129, 130, 191, 192, 193, 255, 256, 257, 511, 512, 513, 600, 1025]


def texts(rng):
    for alphabet in ALPHABETS:
        for length in LENGTHS:
            yield ''.join(rng.choices(alphabet, k=length))
    for length in LENGTHS:              # one odd character in a long run
        for odd in '\xe9\u4e2d\U0001f600\ud800\n':
            text = ['a'] * length
            if length:
                text[rng.randrange(length)] = odd
            yield ''.join(text)


def blobs(rng):
    for length in LENGTHS:
        yield rng.randbytes(length)
        yield bytes(rng.choices(b'abcXYZ 0189\n', k=length))
        yield bytes(rng.choices(b'0123456789abcdefABCDEF', k=length))
        yield bytes(rng.choices(b'09', k=length))
        yield bytes(rng.choices(b'\t\n\x0b\x0c\r ', k=length))


def broken(rng):
    """UTF-8 with a byte changed, dropped or put in; every pair of bytes behind a run."""
    for alphabet in ALPHABETS:
        for length in (5, 31, 32, 33, 60, 64, 65, 100, 130, 300):
            for _ in range(6):
                data = bytearray(''.join(rng.choices(alphabet, k=length)).encode('utf-8', 'surrogatepass'))
                where = rng.randrange(len(data))
                change = rng.randrange(3)
                if change == 0:
                    data[where] = rng.randrange(256)
                elif change == 1:
                    del data[where]
                else:
                    data.insert(where, rng.choice((0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xff)))
                yield bytes(data)
    for first in range(0xc0, 256):
        for second in range(0x70, 0xd0, 3):
            pad = rng.randrange(28, 70)
            yield b'x' * pad + bytes((first, second)) + rng.choice((b'', b'\x80', b'\x80\x80', b'\xbf\xbf')) + b'y' * 40


def long_ones(rng):
    """Texts and bytes beyond the lengths from which on other kernels run, one character of them different."""
    for filling, odd in ('ab', 'a\xe9', 'a\u4e2d', '\u4e2d\u6587', '\u0161\u0461', '\u4e2d\U0001f600', '\U0001f601\U0001f600'):
        for length in (4095, 4096, 4099, 4350, 9001, 16383, 16384, 16500, 20011):
            for _ in range(3):
                text = [filling] * length
                where = rng.choice((0, 1, 40, 63, 64, 65, 1023, 1024, length - 1, length - 2, rng.randrange(length)))
                text[where] = odd
                yield ''.join(text), odd, where
            yield filling * length, odd, -1


def shown(call):
    try:
        return repr(call())
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)


TABLE = bytes((i * 7 + 3) % 256 for i in range(256))
ON_TEXT = {
    'utf-8': lambda t: t.encode(),
    'utf-8 surrogates': lambda t: t.encode('utf-8', 'surrogatepass').decode('utf-8', 'surrogatepass') == t,
    'utf-8 replace': lambda t: t.encode('utf-8', 'replace'),
    'utf-16': lambda t: t.encode('utf-16-le').decode('utf-16-le') == t,
    'utf-16-be': lambda t: t.encode('utf-16-be').decode('utf-16-be') == t,
    'utf-16 pass': lambda t: t.encode('utf-16', 'surrogatepass'),
    'utf-32': lambda t: t.encode('utf-32').decode('utf-32') == t,
    'utf-32-be': lambda t: t.encode('utf-32-be', 'replace'),
    'latin-1': lambda t: t.encode('latin-1'),
    'escape': lambda t: t.encode('unicode_escape').decode('unicode_escape') == t,
    'raw escape': lambda t: t.encode('raw_unicode_escape').decode('raw_unicode_escape') == t,
    'cp1251': lambda t: t.encode('cp1251', 'xmlcharrefreplace').decode('cp1251'),
    'utf-7': lambda t: t.encode('utf-7', 'surrogatepass'),
    'lower': str.lower, 'upper': str.upper, 'swapcase': str.swapcase, 'title': str.title, 'capitalize': str.capitalize,
    'casefold': str.casefold,
    'questions': lambda t: (t.isalpha(), t.isalnum(), t.isdigit(), t.isdecimal(), t.isspace(), t.isascii(), t.islower(),
                            t.isupper(), t.istitle(), t.isprintable()),
    'splitlines': lambda t: t.splitlines(True),
    'strides': lambda t: (t[::-1], t[::2], t[1::3], t[-2::-5], t[::-2]),
    'find': lambda t: [(t.find(c), t.rfind(c), t.count(c), c in t) for c in '\n\x85\u4e2d\U0001f600a\u0416'],
    'find text': lambda t: [(t.find(t[i:i + 3]), t.rfind(t[i:i + 3]), t.count(t[i:i + 2])) for i in range(0, len(t), 37)],
    'replace': lambda t: (t.replace('a', 'b'), t.replace('\u4e2d', '\u6587'), t.replace('\u4e2d', 'x'), t.replace('a', 'b', 3),
                          t.replace('\U0001f600', '\U0001f601'), t.replace('a', '\xe9'), t.replace('a', '\u4e2d'), t.replace('ab', '\u4e2d\u6587'), t.replace('ab', 'xy'), t.replace('\xff', '\xe9')),
    'translate': lambda t: t.translate({97: 98, 98: None, 99: 'xyz', 0x4e2d: 0x6587}),
    'ascii': ascii, 'repr': repr,
}
ON_BYTES = {
    'hex': lambda b: (b.hex(), bytes.fromhex(b.hex()) == b, binascii.unhexlify(binascii.hexlify(b)) == b),
    'from hex': lambda b: bytes.fromhex(b.decode('latin-1')),
    'unhexlify': binascii.unhexlify,
    'hex of spaced': lambda b: bytes.fromhex(' '.join('%02x' % c for c in b)),
    'base64': lambda b: (base64.b64encode(b), base64.b64decode(base64.b64encode(b)) == b),
    'lines of base64': lambda b: base64.decodebytes(base64.encodebytes(b)) == b,
    'not base64': lambda b: binascii.a2b_base64(b),
    'strict base64': lambda b: binascii.a2b_base64(b, strict_mode=True),
    'case': lambda b: (b.lower(), b.upper(), b.swapcase(), b.title(), b.capitalize(), bytearray(b).upper()),
    'questions': lambda b: (b.isalpha(), b.isalnum(), b.isdigit(), b.isspace(), b.isascii(), b.islower(), b.isupper(), b.istitle()),
    'translate': lambda b: (b.translate(TABLE), b.translate(None, b'a0\n'), b.translate(TABLE, b'b '), bytearray(b).translate(TABLE)),
    'replace': lambda b: (b.replace(b'a', b'z'), b.replace(b'0', b''), b.replace(b'a', b'z', 2), bytearray(b).replace(b'0', b'1')),
    'strides': lambda b: (b[::-1], b[::2], b[::-3], bytearray(b)[::-1]),
    'int': lambda b: [(i, i.to_bytes(len(b), order, signed=sign) == b) for order in ('little', 'big') for sign in (True, False)
                      for i in [int.from_bytes(b, order, signed=sign)]],
    'views': lambda b: (memoryview(b) == memoryview(bytearray(b)), memoryview(b) == b[:-1] + b'x', memoryview(b)[::2] == b[::2],
                        [memoryview(b)[start::step].tobytes() for start, step in ((0, 2), (1, 3), (-1, -1), (-2, -4), (3, 7))],
                        [memoryview(b[:len(b) // 16 * 16]).cast(kind)[start::step].tobytes() for kind in 'hiqB'
                         for start, step in ((0, 2), (1, 3), (-1, -1), (-2, -3))]),
    'codecs': lambda b: (b.decode('latin-1'), b.decode('ascii', 'replace'), b.decode('cp1252', 'replace'), b.decode('utf-16', 'replace'),
                         b.decode('utf-32', 'replace'), b.decode('utf-8', 'replace'), b.decode('utf-8', 'surrogateescape')),
}
ON_LONG = {
    'find': lambda t, odd, where: (t.find(odd), t.find(odd, 7) == t[7:].find(odd) + 7 * (odd in t[7:]), t.rfind(odd), t.index(t[0], 3),
                                   t.encode('utf-16-le', 'replace').find(odd.encode('utf-16-le')), t.count(odd), t.find(odd * 2),
                                   t.find(t[where - 1:where + 2]), t.count(t[where:where + 3]), t.find(odd + t[where + 1:where + 2])),
    'decode': lambda t, odd, where: (t.encode().decode() == t, shown(lambda: t.encode().decode('ascii'))[-90:], len(t.encode().decode('ascii', 'ignore')),
                                     t.encode().decode('latin-1').encode('latin-1') == t.encode(), t.encode()[:-1].decode('utf-8', 'replace')[-3:]),
    'broken': lambda t, odd, where: [shown(lambda: (t.encode()[:at] + b'\xff' + t.encode()[at:]).decode())[-60:] for at in (0, 1000, 5000)],
    'ascii': lambda t, odd, where: hashlib.sha256(ascii(t).encode()).hexdigest(),
}
ON_BROKEN = {
    'strict': lambda b: b.decode(), 'replace': lambda b: b.decode('utf-8', 'replace'), 'ignore': lambda b: b.decode('utf-8', 'ignore'),
    'surrogatepass': lambda b: b.decode('utf-8', 'surrogatepass'),
    'by pieces': lambda b: [(d.decode(b[:50]), d.decode(b[50:], True)) for d in [codecs.getincrementaldecoder('utf-8')('replace')]],
}


def run():
    for title, inputs, operations in (('text', texts, ON_TEXT), ('bytes', blobs, ON_BYTES), ('broken', broken, ON_BROKEN)):
        every = list(inputs(random.Random(11)))
        for name, operation in operations.items():
            digest = hashlib.sha256()
            for each in every:
                digest.update(shown(lambda: operation(each)).encode('utf-8', 'surrogatepass'))
            print(title, len(every), name, digest.hexdigest()[:16])
    for name, operation in ON_LONG.items():
        digest = hashlib.sha256()
        for each in long_ones(random.Random(12)):
            digest.update(shown(lambda: operation(*each)).encode('utf-8', 'surrogatepass'))
        print('long', name, digest.hexdigest()[:16])
    for unit in 'ab', '\u4e2d\u6587', '\U0001f600\U0001f601':       # candidates that are all but right
        text = (unit[0] * 3000 + unit[1]) * 4 + unit[0] * 500
        for needle in (unit[0] * 40 + unit[1] + unit[0] * 40, unit[0] * 200, unit[0] * 100 + unit[1], unit[1] + unit[0] * 499,
                       (unit[0] * 30 + unit[1]) * 2):
            print(len(needle), text.find(needle), text.rfind(needle), text.count(needle), len(text.replace(needle, 'x')),
                  text.find(needle, 100, 9000), text.count(needle, 5, -5), text.replace(needle, needle[::-1], 2).count(unit[1]))


if sys.argv[1:]:
    run()
else:
    for features in LESSER:
        print('without', features or 'nothing')
        env = dict(os.environ, GLIBC_TUNABLES='glibc.cpu.hwcaps=' + features) if features else None
        sys.stdout.flush()
        subprocess.run([sys.executable, __file__, 'run'], env=env, check=True)
