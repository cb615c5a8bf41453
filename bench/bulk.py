"""Operations of built-in types over about a megabyte, Krait beside the reference.

    bulk.py [--interp build/krait] [--rounds 3] [--slowest N] [NAME...]

The two take turns; the figure of an operation is the least processor time of its runs.  Prints microseconds of the
reference and of Krait and the speed, the slowest first, and at the end the geometric mean and how many are clearly below 1.
"""
import argparse
import array
import base64
import binascii
import codecs
import csv
import io
import json
import math
import os
import random
import struct
import subprocess
import sys
import time

REFERENCE = '/usr/bin/python3.11'
BUDGET = 0.04                   # seconds per operation and process


def operations():
    rng = random.Random(1)
    ascii_text = 'The quick brown fox jumps over the lazy dog. 0123456789\n' * 20000
    latin = 'Zw\xf6lf Boxk\xe4mpfer jagen Viktor quer \xfcber den gro\xdfen Sylter Deich\n' * 18000
    wide = '\u89c6\u91ce\u65e0\u9650\u5e7f \u043c\u0430\u043c\u0430 \u043c\u044b\u043b\u0430 \u0440\u0430\u043c\u0443\n' * 26000
    emoji = 'smile \U0001f600 face \U0001f389 ok\n' * 30000
    data, latin8, wide8, emoji8 = ascii_text.encode(), latin.encode(), wide.encode(), emoji.encode()
    noise = rng.randbytes(1000000)
    hexadecimal, base, lines = noise.hex(), base64.b64encode(noise), base64.encodebytes(noise)
    wide16, wide32, big = wide.encode('utf-16'), wide.encode('utf-32'), 3 ** 60000
    swap, words, spaced = bytes(range(255, -1, -1)), ascii_text.split(' '), data.split(b'\n')
    floats, pairs = array.array('d', range(100000)), struct.Struct('<250000i')
    return {
        'decode UTF-8, ASCII': lambda: data.decode(), 'decode UTF-8, Latin': lambda: latin8.decode(),
        'decode UTF-8, wide': lambda: wide8.decode(), 'decode UTF-8, emoji': lambda: emoji8.decode(),
        'encode UTF-8, ASCII': lambda: ascii_text.encode(), 'encode UTF-8, Latin': lambda: latin.encode(),
        'encode UTF-8, wide': lambda: wide.encode(), 'encode UTF-8, emoji': lambda: emoji.encode(),
        'decode Latin-1': lambda: latin8.decode('latin-1'), 'decode ASCII': lambda: data.decode('ascii'),
        'decode UTF-16': lambda: wide16.decode('utf-16'), 'encode UTF-16': lambda: wide.encode('utf-16-le'),
        'decode UTF-32': lambda: wide32.decode('utf-32'), 'encode UTF-32': lambda: wide.encode('utf-32'),
        'decode cp1252': lambda: latin8.decode('cp1252', 'replace'), 'encode cp1252': lambda: latin.encode('cp1252'),
        'decode escapes': lambda: data.decode('unicode_escape'), 'encode escapes': lambda: ascii_text.encode('unicode_escape'),
        'decode incrementally': lambda: codecs.getincrementaldecoder('utf-8')().decode(wide8),
        'find a character': lambda: ascii_text.find('\x01'), 'find a wide character': lambda: wide.find('\u6d77'),
        'find a word': lambda: ascii_text.find('lazy cat'), 'find a wide word': lambda: wide.find('\u65e0\u6d77'),
        'find an emoji word': lambda: emoji.find('\U0001f389 no'), 'find from the right': lambda: ascii_text.rfind('lazy cat'),
        'count a character': lambda: ascii_text.count('o'), 'count a word': lambda: ascii_text.count('fox'),
        'count a wide word': lambda: wide.count('\u043c\u044b\u043b\u0430'),
        'replace a character': lambda: ascii_text.replace('o', '0'), 'replace a word': lambda: ascii_text.replace('fox', 'wolf'),
        'replace by as much': lambda: ascii_text.replace('fox', 'cat'), 'replace a wide character': lambda: wide.replace('\u91ce', '\u6d77'),
        'split at spaces': lambda: ascii_text.split(), 'split at a character': lambda: ascii_text.split(' '),
        'split into lines': lambda: ascii_text.splitlines(), 'split into wide lines': lambda: wide.splitlines(),
        'join': lambda: ' '.join(words), 'upper case': lambda: ascii_text.upper(), 'lower case': lambda: ascii_text.lower(),
        'swap case': lambda: ascii_text.swapcase(), 'title case': lambda: ascii_text.title(), 'upper case, Latin': lambda: latin.upper(),
        'isalpha': ('a' * 1000000).isalpha, 'translate': lambda: ascii_text.translate({111: 48}),
        'every second character': lambda: ascii_text[::2], 'reverse': lambda: ascii_text[::-1],
        'compare': lambda: ascii_text < ascii_text[1:], 'repr': lambda: repr(ascii_text), 'repr, wide': lambda: repr(wide),
        'ascii': lambda: ascii(wide), 'expand tabs': lambda: ascii_text.expandtabs(),
        'bytes: upper case': lambda: data.upper(), 'bytes: lower case': lambda: data.lower(), 'bytes: isascii': lambda: data.isascii(),
        'bytes: isspace': (b' ' * 1000000).isspace, 'bytes: translate': lambda: data.translate(swap),
        'bytes: delete': lambda: data.translate(None, b'aeiou'), 'bytes: count': lambda: data.count(b'o'),
        'bytes: count a word': lambda: data.count(b'fox'), 'bytes: find': lambda: data.find(b'lazy cat'),
        'bytes: replace': lambda: data.replace(b'fox', b'wolf'), 'bytes: split': lambda: data.split(b' '),
        'bytes: join': lambda: b' '.join(spaced), 'bytes: reverse': lambda: data[::-1], 'bytes: repr': lambda: repr(data),
        'hex': lambda: noise.hex(), 'hex with separators': lambda: noise.hex(':'), 'from hex': lambda: bytes.fromhex(hexadecimal),
        'unhexlify': lambda: binascii.unhexlify(hexadecimal), 'encode base64': lambda: base64.b64encode(noise),
        'decode base64': lambda: base64.b64decode(base), 'decode base64 lines': lambda: base64.decodebytes(lines),
        'quoted-printable': lambda: binascii.b2a_qp(data), 'crc32': lambda: binascii.crc32(noise),
        'views: equal': lambda: memoryview(data) == memoryview(data), 'views: every second': lambda: memoryview(data)[::2].tobytes(),
        'struct: unpack': lambda: pairs.unpack(noise), 'array: to list': floats.tolist,
        'int: to decimal': lambda: str(big), 'int: from decimal': lambda: int('7' * 40000), 'int: to hex': lambda: hex(big),
        'int: from bytes': lambda: int.from_bytes(noise[:100000], 'little'), 'int: to bytes': lambda: big.to_bytes(100001, 'big'),
        'int: multiply': lambda: big * big, 'int: divide': lambda: divmod(big * big, big + 1), 'int: power': lambda: pow(3, 10 ** 200, 10 ** 220 + 1),
        'int: gcd': lambda: math.gcd(7 ** 6000 * 5, 3 ** 6000 * 5), 'sum of a range': lambda: sum(range(100000)),
        'sort strings': lambda: sorted(words), 'json: dump a string': lambda: json.dumps(ascii_text),
        'csv: read': lambda: list(csv.reader(io.StringIO(ascii_text[:200000]))), 'lines of a string': lambda: list(io.StringIO(ascii_text)),
        'lines of bytes': lambda: list(io.BytesIO(data)), 'lines of text': lambda: list(io.TextIOWrapper(io.BytesIO(data), 'utf-8')),
        'read wide text': lambda: io.TextIOWrapper(io.BytesIO(wide8), 'utf-8').read(),
    }


def measure(names):
    if hasattr(sys, 'set_int_max_str_digits'):
        sys.set_int_max_str_digits(0)
    result = {}
    for name, operation in operations().items():
        if not names or name in names:
            operation()
            best, end = math.inf, time.perf_counter() + BUDGET
            while time.perf_counter() < end:
                start = time.process_time_ns()
                operation()
                best = min(best, time.process_time_ns() - start)
            result[name] = best / 1000
    return result


def run(interp, names):
    p = subprocess.run([interp, __file__, '--measure', *names], stdout=subprocess.PIPE, check=True, text=True,
                       env=dict(os.environ, PYTHONHASHSEED='0'))
    return json.loads(p.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--slowest', type=int, metavar='N', help='show only so many')
    parser.add_argument('--measure', action='store_true', help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return print(json.dumps(measure(options.names)))
    times = {}
    for _ in range(options.rounds):
        for which, interp in enumerate((REFERENCE, os.path.abspath(options.interp))):
            for name, value in run(interp, options.names).items():
                pair = times.setdefault(name, [math.inf, math.inf])
                pair[which] = min(pair[which], value)
    speeds = sorted((reference / krait, name) for name, (reference, krait) in times.items())
    for speed, name in speeds[:options.slowest]:
        print('%-28s %9.1f us %9.1f us  %6.2fx' % (name, *times[name], speed))
    mean = math.exp(sum(math.log(speed) for speed, _ in speeds) / len(speeds))
    print('%d operations, geometric mean %.2fx, %d below 0.95x' % (len(speeds), mean, sum(s < 0.95 for s, _ in speeds)))


if __name__ == '__main__':
    main()
