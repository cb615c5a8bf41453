# slow
"""With little address space every operation that grows gives MemoryError, and what it worked on stays whole."""
import array
import ast
import bz2
import collections
import gc
import io
import itertools
import json
import lzma
import marshal
import mmap
import os
import pickle
import random
import re
import resource
import struct
import sys
import zlib

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import builds

builds.measure()
MIB = 1 << 20
with open('/proc/self/statm') as f:
    used = int(f.read().split()[0]) * resource.getpagesize()
FREE = resource.RLIM_INFINITY, resource.RLIM_INFINITY
TIGHT = used + 200 * MIB, resource.RLIM_INFINITY
HUGE = 1 << 30
zeros = zlib.compress(bytes(64 * MIB))
bomb = zlib.compress(zlib.compress(bytes(400 * MIB), 9), 9)
bzip, xz = bz2.compress(bytes(300 * MIB)), lzma.compress(bytes(300 * MIB), preset=0)
resource.setrlimit(resource.RLIMIT_AS, TIGHT)

text = 'a' * MIB
data = b'a' * MIB
wide = '\u20ac' * (16 * MIB)


def grow(start, step):
    """Apply step(x) again and again."""
    def run():
        x = start()
        while True:
            y = step(x)
            x = x if y is None else y
    return run


def inflate():
    x = zlib.decompressobj()
    return x.decompress(zlib.decompress(bomb))


def stream(f, *chunks):
    def run():
        g = f()
        while True:
            for chunk in chunks:
                g.write(chunk)
    return run


class Endless:
    def __iter__(self):
        return self

    def __next__(self):
        return data[:5000] + b'x'


class EndlessText:
    def __iter__(self):
        return self

    def __next__(self):
        return text[:5000] + 'x'


class Claims:
    """Says that it is long."""
    def __len__(self):
        return 1 << 40

    def __getitem__(self, i):
        if i >= 3:
            raise IndexError
        return i


OPERATIONS = {
    'list * n': lambda: [0] * HUGE,
    'list * too much': lambda: [0] * (1 << 61),
    'tuple * n': lambda: (0,) * HUGE,
    'str * n': lambda: 'a' * HUGE,
    'wide str * n': lambda: '\u20ac' * HUGE,
    'bytes * n': lambda: b'a' * HUGE,
    'bytes(n)': lambda: bytes(HUGE),
    'bytearray(n)': lambda: bytearray(HUGE),
    'bytearray * n': lambda: bytearray(b'ab') * HUGE,
    'list doubles': grow(lambda: [None] * 1000, lambda x: x.extend(x)),
    'list += list': grow(lambda: [None] * 1000, lambda x: x + x),
    'list slice': grow(lambda: [None] * 1000, lambda x: x.__setitem__(slice(0, 0), x)),
    'list of range': lambda: list(range(HUGE)),
    'sorted range': lambda: sorted(range(HUGE)),
    'list append': grow(lambda: [], lambda x: x.append(bytes(5000))),
    'list insert': grow(lambda: [], lambda x: x.insert(len(x), bytes(5000))),
    'list of iterator': lambda: list(Endless()),
    'tuple of iterator': lambda: tuple(Endless()),
    'set of iterator': lambda: set(map(lambda i: (i, bytes(3000)), itertools.count())),
    'dict of iterator': lambda: dict(map(lambda i: (i, bytes(3000)), itertools.count())),
    'dict comprehension': lambda: {i: bytes(3000) for i in itertools.count()},
    'frozenset': lambda: frozenset(itertools.count()),
    'claimed length': lambda: list(Claims()),
    'claimed length, tuple': lambda: tuple(Claims()),
    'claimed length, extend': lambda: [].extend(Claims()),
    'tuple doubles': grow(lambda: (1,) * 1000, lambda x: x + x),
    'str doubles': grow(lambda: text, lambda x: x + x),
    'str +=': grow(lambda: text, lambda x: x + text),
    'bytes doubles': grow(lambda: data, lambda x: x + x),
    'bytearray doubles': grow(lambda: bytearray(data), lambda x: x.extend(x)),
    'bytearray +=': grow(lambda: bytearray(data), lambda x: x.__iadd__(data)),
    'bytearray slice': grow(lambda: bytearray(data), lambda x: x.__setitem__(slice(1, 1), x)),
    'bytearray append': lambda: bytearray(b'a').ljust(HUGE),
    'str.join': lambda: text.join(['x'] * 1000),
    'str.join iterator': lambda: ''.join(EndlessText()),
    'bytes.join': lambda: data.join([b'x'] * 1000),
    'bytes.join iterator': lambda: b''.join(Endless()),
    'str.replace': lambda: text.replace('a', 'b' * 2000),
    'bytes.replace': lambda: data.replace(b'a', b'b' * 2000),
    'str.ljust': lambda: 'a'.ljust(HUGE),
    'str.center': lambda: '\u20ac'.center(HUGE),
    'str.zfill': lambda: 'a'.zfill(HUGE),
    'bytes.center': lambda: b'a'.center(HUGE),
    'str.expandtabs': lambda: ('\t' * MIB).expandtabs(2000),
    'str.translate': lambda: text.translate({97: 'x' * 2000}),
    'str.encode utf-8': lambda: [wide.encode() for _ in range(10)],
    'str.encode utf-32': lambda: [wide.encode('utf-32') for _ in range(10)],
    'str.encode handler': lambda: [wide.encode('ascii', 'xmlcharrefreplace') for _ in range(3)],
    'bytes.decode': lambda: [(b'\xff' * (32 * MIB)).decode('utf-8', 'replace') for _ in range(10)],
    'str.upper': lambda: [wide.upper() for _ in range(10)],
    'str.split': lambda: ('a ' * (30 * MIB)).split(),
    'str.splitlines': lambda: ('a\n' * (30 * MIB)).splitlines(),
    'bytes.split': lambda: (b'a ' * (30 * MIB)).split(),
    'list of str': lambda: list('a' * (64 * MIB)),
    'repr': lambda: repr('\x00' * (64 * MIB)),
    'repr bytes': lambda: repr(b'\x00' * (64 * MIB)),
    'ascii': lambda: ascii(wide * 2),
    'repr of list': lambda: repr([text] * 1000),
    '% width': lambda: '%1000000000d' % 1,
    '% precision': lambda: '%.1000000000f' % 1.5,
    '% str': lambda: '%s' * 1000 % ((text,) * 1000),
    'bytes %': lambda: b'%1000000000d' % 1,
    'format width': lambda: format(1, '1000000000'),
    'format str': lambda: format('a', '\u20ac>1000000000'),
    'format float': lambda: format(1.5, '.1000000000f'),
    'str.format': lambda: ('{0}' * 1000).format(text),
    'f-string': lambda: f'{text:>1000000000}',
    'hex': lambda: (b'a' * (100 * MIB)).hex(),
    'int shift': lambda: 1 << (1 << 33),
    'int shift far': lambda: 1 << (1 << 62),
    'int power': lambda: 2 ** (1 << 33),
    'int.to_bytes': lambda: (1).to_bytes(HUGE, 'big'),
    'int.from_bytes': lambda: [int.from_bytes(bytes(1) + b'x' * (40 * MIB), 'big') for _ in range(10)],
    'memoryview.tobytes': lambda: [memoryview(data * 40).tobytes() for _ in range(10)],
    'memoryview.tolist': lambda: memoryview(data * 64).tolist(),
    'deque doubles': grow(lambda: collections.deque([1] * 1000), lambda x: x.extend(x)),
    'OrderedDict': lambda: collections.OrderedDict((i, bytes(3000)) for i in itertools.count()),
    'array * n': lambda: array.array('d', [1.5]) * HUGE,
    'array doubles': grow(lambda: array.array('i', range(1000)), lambda x: x.extend(x)),
    'array of iterator': lambda: array.array('d', itertools.repeat(1.5)),
    'product': lambda: itertools.product(range(HUGE)),
    'combinations': lambda: itertools.combinations(range(HUGE), 2),
    'permutations': lambda: itertools.permutations(range(HUGE), 2),
    'tee': lambda: [next(i) for i in [itertools.tee(Endless())[0]] for _ in itertools.repeat(0)],
    'BytesIO.write': stream(io.BytesIO, data),
    'StringIO.write': stream(io.StringIO, text),
    'BytesIO.seek': lambda: (lambda b: (b.seek(HUGE), b.write(b'x')))(io.BytesIO()),
    'BytesIO.truncate': lambda: [io.BytesIO(data * 60).getvalue() + b'x' for _ in range(9)],
    'read(n)': lambda: open('/dev/zero', 'rb').read(HUGE),
    'raw read(n)': lambda: open('/dev/zero', 'rb', buffering=0).read(HUGE),
    'read()': lambda: open('/dev/zero', 'rb', buffering=0).read(),
    'text read': lambda: open('/dev/zero', encoding='latin-1').read(HUGE),
    'readline': lambda: open('/dev/zero', 'rb').readline(),
    'text readline': lambda: open('/dev/zero', encoding='latin-1').readline(),
    'buffer size': lambda: open('/dev/null', 'rb', buffering=HUGE),
    'os.read': lambda: os.read(0, HUGE),
    'os.urandom': lambda: os.urandom(HUGE),
    'mmap': lambda: mmap.mmap(-1, HUGE) and None,
    'randbytes': lambda: random.randbytes(80 * MIB),
    'getrandbits': lambda: random.getrandbits(1 << 31),
    'zlib.decompress': lambda: inflate(),
    'zlib bufsize': lambda: zlib.decompress(zeros, bufsize=HUGE),
    'bz2': lambda: bz2.decompress(bzip),
    'lzma': lambda: lzma.decompress(xz),
    'zlib many': lambda: [zlib.decompress(zeros) for _ in range(9)],
    'marshal.dumps': lambda: marshal.dumps([data] * 1000, 2),
    'pickle frame': lambda: pickle.loads(b'\x80\x04\x95\xff\xff\xff\x7f\0\0\0\0.'),
    'pickle.dumps': lambda: pickle.dumps([text + str(i) for i in range(1000)]),
    'struct': lambda: struct.pack('1000000000x'),
    'struct count': lambda: struct.calcsize('99999999999999999999x'),
    'struct unpack': lambda: struct.unpack('%dB' % (64 * MIB), bytes(64 * MIB)),
    're.sub': lambda: re.sub('a', 'b' * 2000, text),
    're.findall': lambda: re.findall('a', 'a' * (64 * MIB)),
    're.split': lambda: re.split('a', 'a' * (32 * MIB)),
    'json.dumps': lambda: json.dumps([text] * 1000),
    'json.loads': lambda: json.loads('[' + '"a",' * (16 * MIB) + '1]'),
    'range index': lambda: bytearray(range(256)) * (1 << 23),
    'compile': lambda: compile('x = "%s"' % ('a' * (60 * MIB)), '<f>', 'exec'),
    'eval': lambda: eval('[' + '1.5,' * (1 << 22) + ']'),
    'ast.parse': lambda: ast.parse('[' + 'a,' * (1 << 22) + ']'),
    'recursion': lambda: (lambda f: f(f, []))(lambda f, x: f(f, x + [bytes(MIB)])),
    'str.format_map': lambda: '{a:{w}}'.format_map({'a': 1, 'w': 10 ** 9}),
    'maketrans': lambda: str.maketrans('a' * (30 * MIB), 'b' * (30 * MIB), 'c' * (1 << 23)) and [0] * HUGE,
    'splitlines keepends': lambda: ('\n' * (30 * MIB)).splitlines(True),
    'enumerate': lambda: list(enumerate(itertools.repeat(1.5))),
    'zip': lambda: list(zip(itertools.count(1000), itertools.count(1000))),
    'fromkeys': lambda: dict.fromkeys(itertools.count()),
    'set update': lambda: set().update(itertools.count()),
    'Counter': lambda: collections.Counter(itertools.count()),
    'class': lambda: [type('T', (), {'x': bytes(5000)}) for _ in itertools.count()],
    'generators': lambda: [(i for i in range(9)) for _ in itertools.repeat(0, 10 ** 7)],
    'exceptions': lambda: [ValueError(bytes(5000)) for _ in itertools.count()],
    'deep list': grow(lambda: [], lambda x: [x, bytes(5000)]),
}
for name, operation in OPERATIONS.items():
    # what filled the memory is still held by the traceback: room for the report
    reserve = mmap.mmap(-1, 4 * MIB)
    try:
        result = operation()
    except Exception as e:
        reserve.close()
        resource.setrlimit(resource.RLIMIT_AS, FREE)
        if isinstance(e, MemoryError) or not str(e):
            print(name, type(e).__name__)
        else:
            print(name, repr(e)[:100])
    else:
        print(name, 'gives', type(result))
        del result
    reserve.close()
    resource.setrlimit(resource.RLIMIT_AS, FREE)
    gc.collect()
    resource.setrlimit(resource.RLIMIT_AS, TIGHT)
assert text == 'a' * MIB and data == b'a' * MIB and wide.count('\u20ac') == 16 * MIB
# the debug build's guards and its larger blocks leave malloc's free memory in smaller pieces
blocks = 20000 if not builds.DEBUG else 4000
print(len([bytes(1000) for _ in range(blocks)]) == blocks, sum(range(1000)), sorted('hello'))
