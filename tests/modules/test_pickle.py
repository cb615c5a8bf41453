"""_pickle: what it writes, byte for byte, what it reads, and how it refuses."""
import _pickle
import collections
import copyreg
import io
import pickle
import re
import sys


def show(label, f):
    try:
        text = repr(f())
    except BaseException as error:
        text = '%s: %s' % (type(error).__name__, error)
    print(label, re.sub(r'0x[0-9a-f]+', '0x', text)[:300], hash(text) if '0x' not in text else '')


class Writer:
    """Counts what a pickler hands over."""

    def __init__(self):
        self.calls = []

    def write(self, data):
        self.calls.append((type(data).__name__, bytes(data)[:12]))


class A:
    def method(self):
        pass

    class Inner:
        class Innermost:
            pass


class Reduced:
    def __init__(self, *reduced):
        self.reduced = reduced

    def __reduce_ex__(self, protocol):
        return self.reduced if len(self.reduced) != 1 else self.reduced[0]


def __newobj__(cls, *args):
    return cls.__new__(cls, *args)


def __newobj_ex__(cls, args, kwargs):
    return cls.__new__(cls, *args, **kwargs)


def local():
    class Local:
        pass
    return Local


def values():
    yield from (None, True, False, ..., NotImplemented, type(None), type(...), type(NotImplemented))
    for n in 0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**63, 2**64, 2**2039 - 1, 2**2040:
        yield n
        yield -n
    yield from (1.5, -0.0, float('inf'), 1e100)
    yield from ('', 'a', 'a\n\\\r\0\x1a\xe9\u1234\U00012345', '\ud800', 'a' * 255, 'a' * 256, 'b' * 70000)
    yield from (b'', b'ab', b'a' * 255, b'a' * 256, b'b' * 70000, bytearray(), bytearray(b'x' * 300))
    yield from ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], {}, {1: 2}, {1: 2, 3: 4})
    yield from (set(), {1}, frozenset(), frozenset([1]), range(5), complex(1, 2), slice(1, 2))
    for n in 999, 1000, 1001, 2000:
        yield [0] * n
        yield {i: i for i in range(n)}
        yield set(range(n))
        yield Reduced(list, (), None, iter([0] * n), iter(dict.fromkeys(range(n)).items()))
    yield from (A, A.Inner, A.Inner.Innermost, A.method, len, [].append, str.join, local(), lambda: 1)
    yield from (sys, iter([]), type(len), ValueError('v'), zip, collections.OrderedDict(a=1), A())


def test_values():
    for protocol in range(6):
        for value in values():
            name = re.sub(' at 0x.*', '', repr(value)[:30])
            show('%d %s' % (protocol, name), lambda: _pickle.dumps(value, protocol))


def test_sharing():
    a = []
    a.append(a)
    d = {}
    d[1] = d
    t = ([],)
    t[0].append(t)
    q = ([], 1, 2, 3)
    q[0].append(q)
    one = A()
    one.frozen = frozenset([one])
    two = A()
    two.set = {two}
    r = Reduced(tuple, ([],))
    r.reduced[1][0].append(r)
    for protocol in range(6):
        for value in a, d, t, q, t[0], q[0], one, one.frozen, two, two.set, r, ['x', 'x', ('y',), ('y',)]:
            show('shared', lambda: _pickle.dumps(value, protocol))
            pickler = _pickle.Pickler(Writer(), protocol)
            pickler.fast = 1
            show('fast', lambda: (pickler.dump(value), 'done')[1])
    deep = []
    for i in range(100000):
        deep = [deep]
    show('deep', lambda: _pickle.dumps(deep))


def test_reduce():
    cases = [(3,), (), (int,), (int, ()), (int, []), (3, ()), (int, (), None, 3), (int, (), None, None, 3),
             (int, (), None, None, None, 3), (int, (), {}, None, None, len), (int, (), {'a': 1}), ('no.such',),
             (1, 2, 3, 4, 5, 6, 7), (__newobj__, ()), (__newobj__, (3,)), (__newobj__, (int,)),
             (__newobj__, (Reduced, 1)), (__newobj_ex__, (1,)), (__newobj_ex__, (1, 2, 3)),
             (__newobj_ex__, (Reduced, 2, 3)), (__newobj_ex__, (Reduced, (), 3)),
             (__newobj_ex__, (Reduced, (5,), {'a': 1}))]
    for protocol in 0, 2, 4:
        for case in cases:
            show('reduce', lambda: _pickle.dumps(Reduced(*case), protocol))
        for pairs in [(1, 2)], [(1, 2), (3, 4)], [1], [(1, 2, 3)]:
            show('items', lambda: _pickle.dumps(Reduced(dict, (), None, None, iter(pairs)), protocol))


def test_subclasses():
    class Persistent(_pickle.Pickler):
        def persistent_id(self, obj):
            return obj if type(obj) is str else 'number %d' % obj if type(obj) is int else None

    class Loader(_pickle.Unpickler):
        def persistent_load(self, id):
            return ('id', id)

        def find_class(self, module, name):
            return (module, name)

    class Override(_pickle.Pickler):
        def reducer_override(self, obj):
            return (str, ('overridden',)) if obj is len or obj is A else NotImplemented

    class Table(_pickle.Pickler):
        dispatch_table = {A: lambda obj: (str, ('table',)), type: lambda obj: 1 / 0}

    for protocol in range(6):
        for kind in Persistent, Override, Table:
            for value in 1, [1, 'a', 2.0], '\u1234', [len, A, A(), A.method, (1,)]:
                file = io.BytesIO()
                show(kind.__name__, lambda: (kind(file, protocol).dump(value), file.getvalue())[1])
                show('load', lambda: Loader(io.BytesIO(file.getvalue())).load())
    for table in {A: 5}, 3, [], collections.defaultdict(lambda: lambda obj: 'A'):
        pickler = _pickle.Pickler(Writer())
        pickler.dispatch_table = table
        show('table', lambda: pickler.dump([A()]))


def test_extensions():
    copyreg.add_extension('__main__', 'A', 5)
    for code in 5, 300, 70000, 'x', 2**40, -2, 2**70:
        copyreg._extension_registry['__main__', 'A'] = code
        for protocol in 1, 2, 4:
            show('extension', lambda: _pickle.dumps([A, A()], protocol))
    copyreg._extension_registry.clear()
    for names in 3, ('x', 3), ('no_such_module', 'y'), ('__main__', 'A'):
        copyreg._inverted_registry[77] = names
        show('code', lambda: _pickle.loads(b'\x82\x4d.'))
    for name in 'no_such_module', 'os', 3, None, '\u1234':
        A.__module__ = name
        show('module', lambda: _pickle.dumps(A, 2))
    A.__module__ = '__main__'
    A.__qualname__ = '\u1234'
    globals()['\u1234'] = A
    for protocol in 2, 3, 4:
        show('name', lambda: _pickle.dumps(A, protocol))
    A.__qualname__ = 'A'
    for options in {}, {'fix_imports': False}:
        show('names of 2', lambda: _pickle.dumps([range, ValueError, collections.UserDict, zip], 2, **options))
        show('names of 2', lambda: _pickle.loads(b'c__builtin__\nxrange\n.', **options))


def test_buffers():
    buffer = pickle.PickleBuffer
    for value in buffer(b'abc'), buffer(bytearray(b'abc')), buffer(memoryview(b'abcd')[::2]):
        for protocol in 4, 5:
            show('in band', lambda: _pickle.dumps([value, value], protocol))
        for answer in None, 1:
            show('callback', lambda: _pickle.dumps([value], 5, buffer_callback=lambda b: answer))
    show('callback', lambda: _pickle.dumps([buffer(b'a')], 5, buffer_callback=lambda b: 1 / 0))
    show('callback', lambda: _pickle.dumps([buffer(b'a')], 4, buffer_callback=len))
    for buffers in [1], [], None, 3, [bytearray(b'x')], [b'x']:
        show('next', lambda: _pickle.loads(b'\x97.', buffers=buffers))
        show('read-only', lambda: bytes(_pickle.loads(b'\x97\x98.', buffers=buffers)))


def test_writing():
    for value in 'x' * 70000, b'x' * 70000, [bytearray(b'x' * 70000), 1], [b'%d' % i * 100 for i in range(999)]:
        for protocol in range(6):
            writer = Writer()
            _pickle.dump([value, 'y', b'z'], writer, protocol)
            print('written', protocol, writer.calls)


class File:
    def __init__(self, data):
        self.data, self.at, self.calls = data, 0, []

    def take(self, n):
        data = self.data[self.at:self.at + n]
        self.at += len(data)
        return data

    def read(self, n):
        self.calls.append('read %d' % n)
        return self.take(n)

    def readline(self):
        self.calls.append('readline')
        return self.take((self.data.find(b'\n', self.at) + 1 or len(self.data)) - self.at)


class Into(File):
    def readinto(self, buffer):
        self.calls.append('readinto %d' % len(buffer))
        data = self.take(len(buffer))
        buffer[:len(data)] = data
        return len(data)


class Peeking(File):
    ahead = 10**6

    def peek(self, n):
        self.calls.append('peek %d' % n)
        return self.data[self.at:self.at + min(n, self.ahead)]


class Short(Peeking):
    ahead = 3


def test_small_buffers():
    for value in 'abc', ['d', 2**70, (1.5,)]:
        for size in 1, 2, 3, 5:
            file = io.BufferedReader(io.BytesIO(_pickle.dumps(value, 0) * 2), size)
            show('buffer %d' % size, lambda: (_pickle.load(file), pickle._load(file), file.tell()))


def test_reading():
    for value in 1, [1, 'a', b'x' * 300], bytearray(b'x' * 70000), ['x' * 70000, b'y' * 70000], 2**3000:
        for protocol in 0, 2, 5:
            for kind in File, Into, Peeking, Short:
                file = kind(_pickle.dumps(value, protocol) + b'the rest')
                show('read', lambda: _pickle.load(file) == value)
                print(kind.__name__, protocol, len(file.calls), file.calls[:9], file.data[file.at:])

    def broken(name, result):
        def method(self, *args):
            if isinstance(result, BaseException):
                raise result
            return result
        return type('Broken', (Into,), {name: method})
    results = 5, 'x', -3, 1, 10**6, None, b'N.' * 9, bytearray(b'N.' * 9), NotImplementedError(), ValueError('v')
    for name in 'read', 'readline', 'readinto', 'peek':
        for result in results[6:] if name == 'peek' else results:
            for protocol in 0, 4:
                data = _pickle.dumps(['a' * 300, b'b' * 300], protocol)
                show('%s %s' % (name, result), lambda: _pickle.load(broken(name, result)(data)))


FORGED = rb"""
N|X|\x80|\x80\x09|.|0.|(|(0.|(1.|I\n|Iabc\n.|I12345678901234567890\n.|I01\n.|I00\n.|I001\n.|I 1 \n.|I0x10\n.
Lx\n.|L5\n.|L5L\n.|LL\n.|L\n.|L0b\n.|L08\n.|F1.5\n.|F\n.|Fx\n.|F1.5x\n.|F1e999\n.|S\n.|S'\n.|S'a'\n.|S'a"\n.|Sa\n.
S'\\x'\n.|S'\xff'\n.|T\xff\xff\xff\x7f.|T\x01\x00\x00\x00\xff.|U\x01\xff.|C\x05ab|\x8e\xff\xff\xff\xff\xff\xff\xff\xff
\x8e\xff\xff\xff\xff\xff\xff\xff\x7f|\x8d\xff\xff\xff\xff\xff\xff\xff\x7f|\x96\xff\xff\xff\xff\xff\xff\xff\x7f
\x95\xff\xff\xff\xff\xff\xff\xff\xff|\x95\xff\xff\xff\xff\xff\xff\xff\x7f|\x8a\x00.|\x8b\xff\xff\xff\xff.
\x8b\x00\x00\x00\x00.|t.|(t.|\x85.|N\x85.|N\x86.|NN\x87.|(N\x85.|N(\x85.|(NN\x86.|(Nd.|(NNd.|(]Nd.|l.|(l.|a.|NNa.
]Na.|]e.|](e.|](Ne.|(Ne.|N(e.|N(Ne.|s.|}s.|}NNs.|NNNs.|}(u.|}(Nu.|N(NNu.|(NNu.|\x8f(N\x90.|\x8f(]\x90.|N(N\x90.
(\x91.|(]\x91.|o.|(o.|(No.|(cbuiltins\nint\no.|(cbuiltins\nint\nNo.|(ibuiltins\nint\n.|(ibuiltins\nno\n.|(i\xff\nint\n.
\x81.|NN\x81.|cbuiltins\nint\nN\x81.|cbuiltins\nlen\n)\x81.|cbuiltins\nint\n)N\x92.|cbuiltins\nint\nN}\x92.|N)}\x92.
c\n.|cx\n.|c\n\n.|cnope\nx\n.|cbuiltins\nint.real\n.|\x80\x04cbuiltins\nint.real\n.|\x80\x04cbuiltins\n<locals>.x\n.
c\xff\nnope\n.|NN\x93.|\x93.|\x8c\x01a\x8c\x01b\x93.|R.|NR.|NNR.|N)R.|cbuiltins\nint\n]R.|b.|NNb.|N}b.|NI3\nb.
N}NU\x01a\x86b.|NN}I1\nI2\ns\x86b.|2.|(2.|g0\n.|gx\n.|g-1\n.|g\n.|h\x00.|j\x00\x00\x00\x80.|p0\n.|Np0\n.|Np-1\n.
px\n.|Npx\n.|Np\n.|q\x00.|Nq\x00.|\x94.|N\x94h\x00.|Px\n.|P\n.|Q.|NQ.|\x82\x00.|\x82\x01.|\x84\x00\x00\x00\x80.
\x97.|\x98.|N\x98.|C\x01a\x98.|V\\u1234\\x\n.|V\n.|V|V\\u12\n.|\x8c\x01\xff.|X\x03\x00\x00\x00\xed\xa0\x80.|G123
((((.|\xff|\x00|'|N\x95\x05\x00\x00\x00\x00\x00\x00\x00N.|\x95\x01\x00\x00\x00\x00\x00\x00\x00N.|C\x02\x80.|x.
"""


def test_forged():
    for text in FORGED.replace(b'\n', b'|').split(b'|'):
        data = re.sub(rb'\\(x..|.)', lambda m: {b'n': b'\n', b'\\': b'\\'}.get(m[1]) or bytes([int(m[1][1:], 16)]), text)
        show(data[:30], lambda: _pickle.loads(data))
        show('   file', lambda: _pickle.load(io.BytesIO(data)))
        file = io.BufferedReader(io.BytesIO(data + b'tail'), 16)
        show('   peek', lambda: _pickle.load(file))
        print('  ', file.tell())


def test_attributes():
    pickler, unpickler = _pickle.Pickler(Writer()), _pickle.Unpickler(io.BytesIO(b'N.'))
    for obj, name, attempts in ((pickler, 'persistent_id', (3, len)), (unpickler, 'persistent_load', (3, len)),
                                (pickler, 'dispatch_table', ({}, 3)), (pickler, 'bin', ('x', 0)),
                                (pickler, 'memo', (3, {1: 2}, {1: (1,)}, {1: ('a', 2)}, {1: (0, 'a')})),
                                (unpickler, 'memo', (3, {'a': 1}, {-1: 1}, {2**80: 1}, {}))):
        show(name, lambda: getattr(obj, name) if name != 'memo' else type(obj.memo))
        for attempt in attempts:
            show(name, lambda: setattr(obj, name, attempt))
        show(name, lambda: delattr(obj, name))
    pickler = _pickle.Pickler(Writer())
    pickler.dump(['ab'])
    memo = pickler.memo
    other = _pickle.Pickler(Writer())
    other.memo = memo
    print(sorted(v[0] for v in memo.copy().values()), other.memo.copy() == memo.copy())
    memo.clear()
    print(memo.copy(), memo.__reduce__(), len(other.memo.copy()))
    show('memo', lambda: type(memo)())
    show('memo', lambda: hash(memo))
    sizes = []
    for n in 0, 1, 6, 30, 1000:
        pickler = _pickle.Pickler(Writer())
        sizes.append(sys.getsizeof(pickler))
        pickler.dump([str(i) for i in range(n)])
        unpickler = _pickle.Unpickler(io.BytesIO(_pickle.dumps([str(i) for i in range(n)])))
        sizes.append(sys.getsizeof(unpickler))
        unpickler.load()
        sizes += [sys.getsizeof(pickler), sys.getsizeof(unpickler), len(unpickler.memo.copy())]
    print(sizes)


def test_arguments():
    class NoInit(_pickle.Pickler):
        def __init__(self):
            pass

    class NoUninit(_pickle.Unpickler):
        def __init__(self):
            pass
    show('init', lambda: NoInit().dump(1))
    show('init', lambda: NoUninit().load())
    for f in _pickle.dumps, _pickle.loads, _pickle.dump, _pickle.load, _pickle.Pickler, _pickle.Unpickler:
        print(f.__name__, f.__text_signature__)
        for args in (), (1,), (1, 2), (1, 'x'), (1, 2, 3), ('x',), (Writer(), 9), (b'N.',), (bytearray(b'N.'),):
            for kwargs in {}, {'fix_imports': 0}, {'encoding': 3}, {'protocol': 6}, {'protocol': -1}:
                show(f.__name__, lambda: f(*args, **kwargs) and None)
    for options in {'encoding': 'bytes'}, {'encoding': 'latin1'}, {'errors': 'replace'}, {'encoding': 'nope'}:
        show(options, lambda: _pickle.loads(b'U\x01\xff.', **options))
    for name in 'Pickler', 'Unpickler', 'PickleBuffer':
        kind = getattr(_pickle, name)
        print(name, kind.__module__, kind.__basicsize__, sorted(vars(kind)))
    print(sorted(vars(_pickle)))


for name, test in list(globals().items()):
    if name.startswith('test_'):
        print('----', name)
        test()
