"""A loop over each feature leaves nothing behind.

Each function below uses one feature.  In the debug build it runs in three loops of the same length; after
the first, which fills caches, the total of all reference counts and the number of memory blocks must
not grow from loop to loop.  Other interpreters just run the functions.  With --no-memory (debug build
only) each of the first requests for memory fails in turn: that must leave nothing either.
"""
import warnings; warnings.simplefilter("ignore")
import array, ast, asyncio, collections, contextvars, copy, csv, dataclasses, enum, functools, gc, io
import itertools, json, marshal, operator, os, pickle, re, select, socket, struct, symtable, sys, threading
import traceback, types, typing, warnings, weakref, zlib, binascii, hashlib, math, random, string, time

features = []
feature = features.append


@feature
def calls():
    def f(a, /, b, *args, c=3, **kw): return a, b, args, c, kw
    f(1, 2); f(1, b=2); f(1, 2, 3, 4, c=5, d=6); f(*[1, 2], **{'x': 1})
    for bad in (lambda: f(), lambda: f(1), lambda: f(1, 2, b=3), lambda: f(**{'a': 1}), lambda: len(1, 2),
                lambda: f(*1), lambda: f(1, **1), lambda: f(1, 2, **{1: 2}), lambda: print(foo=1),
                lambda: None(), lambda: int(1, 2, 3), lambda: sorted(), lambda: 'a'.join(1)):
        try: bad()
        except TypeError: pass

@feature
def closures():
    def outer(x):
        def inner(y):
            nonlocal x
            x += y
            return lambda: (x, y)
        return inner
    outer(1)(2)()
    def unbound():
        if 0: v = 1
        return lambda: v
    try: unbound()()
    except NameError: pass

@feature
def recursion():
    def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
    deep(50)
    def endless(): endless()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try: endless()
    except RecursionError: pass
    finally: sys.setrecursionlimit(limit)

@feature
def generators():
    def g():
        try:
            x = yield 1
            yield x
        finally:
            pass
    list(g()); h = g(); next(h); h.send(5); h.close()
    h = g(); next(h)
    try: h.throw(ValueError('x'))
    except ValueError: pass
    def d(): return (yield from g())
    list(d()); i = d(); next(i); del i
    sum(x for x in range(10)); list(itertools.islice((x for x in itertools.count()), 5))
    def bad():
        raise StopIteration
        yield
    try: list(bad())
    except RuntimeError: pass
    def me(): yield next(holder[0])
    holder = []; holder.append(me())
    try: next(holder[0])
    except ValueError: pass
    holder.clear()

@feature
def coroutines():
    async def f(x): return x
    async def agen():
        for i in range(3): yield i
    async def main():
        r = [await f(i) for i in range(3)] + [i async for i in agen()]
        async with Manager() as m: pass
        try: await f(*[1, 2])
        except TypeError: pass
        async for i in agen(): break
        return r
    class Manager:
        async def __aenter__(self): return self
        async def __aexit__(self, *args): return False
    c = main()
    try:
        while True: c.send(None)
    except StopIteration: pass
    c = f(1); c.close()
    a = agen(); b = a.asend(None)
    try: b.send(None)
    except StopIteration: pass
    try: a.aclose().send(None)
    except StopIteration: pass

@feature
def event_loop():
    async def work(n):
        await asyncio.sleep(0)
        return n
    async def main():
        await asyncio.gather(*(work(i) for i in range(5)))
        t = asyncio.create_task(asyncio.sleep(10)); t.cancel()
        try: await t
        except asyncio.CancelledError: pass
    asyncio.run(main())

@feature
def comprehensions():
    [x * y for x in range(3) for y in range(3) if x != y]
    {x: str(x) for x in range(20)}; {x % 3 for x in range(20)}
    try: [1 // x for x in (1, 0)]
    except ZeroDivisionError: pass

@feature
def classes():
    class Meta(type):
        def __prepare__(name, bases, **kw): return {}
        def __new__(m, name, bases, ns, **kw): return super().__new__(m, name, bases, ns)
        def __init__(c, *args, **kw): pass
        def __call__(c, *args): return super().__call__(*args)
    class A(metaclass=Meta, option=1):
        x = 1
        def __init__(self, v=1): self.v = v
        def __init_subclass__(cls, **kw): super().__init_subclass__()
        def __class_getitem__(cls, item): return item
        @property
        def p(self): return self.v
        @p.setter
        def p(self, v): self.v = v
        @classmethod
        def c(cls): return cls
        @staticmethod
        def s(): return 1
        def __getattr__(self, n):
            if n == 'lazy': return 1
            raise AttributeError(n)
        def __eq__(self, o): return self.v == o.v
        def __hash__(self): return hash(self.v)
    class B(A, tagged=True):
        def __init__(self): super().__init__(3); self.extra = []
    a = A(); b = B(); a.p = 3; a.p; a.lazy; A.c(); a.s(); A[1]; a == b; {a: 1}[b]; del a.v
    for bad in (lambda: a.none, lambda: setattr(a, 'p', 1, 2), lambda: A(1, 2), lambda: a + 1, lambda: a < b,
                lambda: type('X', (A, object, A), {}), lambda: type('X', (bool,), {}), lambda: delattr(a, 'q'),
                lambda: object.__new__(int), lambda: a(), lambda: a[1], lambda: super().x):
        try: bad()
        except (TypeError, AttributeError, RuntimeError): pass
    a.__dict__['q'] = 1; a.__dict__; a.q; a.__class__ = A; vars(a); dir(a); repr(a)
    types.new_class('N', (A,), {}); type('T', (), {'m': lambda self: self})().m()

@feature
def slots():
    class S:
        __slots__ = ('a', 'b', '__weakref__')
    class T(S):
        __slots__ = ('c',)
    class U(S): pass
    s = S(); s.a = 1; t = T(); t.c = s; u = U(); u.z = 1; weakref.ref(s)
    try: s.b
    except AttributeError: pass
    try: s.z = 1
    except AttributeError: pass
    del s.a
    try: type('V', (S, T), {})
    except TypeError: pass
    try: type('V', (), {'__slots__': ('1x',)})
    except TypeError: pass

@feature
def descriptors():
    class D:
        def __get__(self, o, t): return (o, t)
        def __set__(self, o, v): o.__dict__['v'] = v
        def __delete__(self, o): o.__dict__.pop('v', None)
        def __set_name__(self, owner, name): self.name = name
    class C: d = D()
    c = C(); c.d; C.d; c.d = 1; del c.d
    class F:
        @functools.cached_property
        def x(self): return [1]
    f = F(); f.x; f.x
    int.__add__(1, 2); str.upper('a'); (1).__add__; [].append.__self__; list.append.__get__([], list)
    try: list.append.__get__(1, int)
    except TypeError: pass

@feature
def exceptions():
    try:
        try: raise ValueError('a')
        except ValueError as e: raise KeyError('b') from e
    except KeyError as e:
        e.add_note('n'); traceback.format_exc(); e.__traceback__.tb_frame.f_locals; repr(e); str(e)
    try:
        raise ExceptionGroup('g', [ValueError(1), TypeError(2), ExceptionGroup('h', [OSError(3)])])
    except* ValueError as e: pass
    except* TypeError as e: e.exceptions
    except* OSError: pass
    try: ExceptionGroup('g', [ValueError(1), TypeError(2)]).split(ValueError)[0].derive([OSError()])
    except TypeError: pass
    for k in (OSError(2, 'x', 'f'), UnicodeDecodeError('a', b'b', 0, 1, 'c'), StopIteration(3), SystemExit(4),
              ImportError('m', name='n', path='p'), SyntaxError('m', ('f', 1, 2, 't')), AttributeError('a', name='b', obj=3)):
        try: raise k
        except BaseException as e: str(e), repr(e), e.args, pickle.dumps(e), copy.copy(e)
        k.__traceback__ = None
    def fin():
        try: return 1
        finally:
            try: raise ValueError
            except ValueError: pass
    fin()
    try: open('/nonexistent/x')
    except OSError as e: e.filename
    with warnings.catch_warnings(record=True): warnings.simplefilter('always'); warnings.warn('x')
    try: raise 1
    except TypeError: pass
    try: assert 0, [1]
    except AssertionError: pass
    try: undefined_name
    except NameError as e: traceback.format_exception(e)

@feature
def managers():
    class M:
        def __enter__(self): return self
        def __exit__(self, *args): return args[0] is KeyError
    with M() as a, M() as b: pass
    with M(): raise KeyError(1)
    try:
        with M(): raise ValueError(1)
    except ValueError: pass
    try:
        with 1: pass
    except TypeError: pass

@feature
def matching():
    @dataclasses.dataclass
    class P:
        x: int
        y: int = 2
    for v in (1, 'a', [1, 2, 3], {'k': 1, 'l': 2}, P(1), (1, [2, 3]), None):
        match v:
            case 1 | 2: pass
            case str(s): pass
            case [a, *rest] if len(rest) == 2: pass
            case {'k': k, **others}: pass
            case P(x=q, y=2): pass
            case (1, [b, c]): pass
            case _: pass

@feature
def texts():
    s = 'héllo wörld \u20ac \U0001f600'
    s.upper() + s.title(); s.split(); s.replace('l', 'L'); s.encode(); s.encode('latin-1', 'replace')
    f'{s!r:>40} {3.14159:.2f} {42:#x} {s}'; '%s %r %d' % (s, s, 3); '{0} {a[1]} {b.real}'.format(1, a=[1, 2], b=3)
    s[1:4], s[::-1], s * 3, s.center(40), s.find('w'), s.partition(' '), s.splitlines(), s.zfill(50), s.casefold()
    s.translate({104: 'H', 101: None}); str.maketrans('ab', 'cd'); 'a,b'.rsplit(',', 1); s.startswith(('a', 'h'))
    ','.join(['a', 'b', s]); sys.intern('x' + 'y' * 10); string.Template('$a').substitute(a=1)
    for bad in (lambda: s.encode('ascii'), lambda: s + 1, lambda: '{x}'.format(), lambda: '%d' % 'a', lambda: s.index('zz'),
                lambda: b'\xff'.decode(), lambda: s.encode('nope'), lambda: format(s, 'q'), lambda: '%(a)s' % 1, lambda: s[99],
                lambda: 'a'.join([1]), lambda: s.center('a'), lambda: '{!z}'.format(1), lambda: s.split('')):
        try: bad()
        except (TypeError, ValueError, LookupError): pass
    t = ''
    for i in range(50): t += str(i)

@feature
def byte_strings():
    b = b'abc' * 10; a = bytearray(b); m = memoryview(a)
    m[1:4] = b'xyz'; m.cast('B'); m.tobytes(); m[::2].tolist(); m.release(); a.extend(b'q'); a[3:5] = b''; del a[0]
    b.hex(); bytes.fromhex('00ff'); b.split(b'b'); b.replace(b'a', b'zz'); b % (); b'%d' % 3; b.translate(None, b'a')
    a.pop(); a.insert(0, 1); a.decode(); binascii.b2a_base64(b); zlib.decompress(zlib.compress(b)); hashlib.md5(b).hexdigest()
    for bad in (lambda: bytes([256]), lambda: a.append('x'), lambda: b[100], lambda: memoryview(1), lambda: b + 'a',
                lambda: bytearray(-1), lambda: bytes('a'), lambda: zlib.decompress(b'x'), lambda: a.remove(0)):
        try: bad()
        except (TypeError, ValueError, LookupError, zlib.error): pass
    v = memoryview(a)
    try: a.append(1)
    except BufferError: pass

@feature
def numbers():
    n = 3 ** 200; n // 7 ** 50, n % 12345, n >> 30, n << 30, -n, ~n, n & (n - 1), pow(n, 5, 1009), divmod(n, 10 ** 20), str(n), int(str(n))
    n.to_bytes(60, 'big'), int.from_bytes(b'abc' * 9, 'little'), float(n), hash(n), round(12345, -2), math.gcd(n, 99), math.isqrt(n)
    1.5 * 2 ** 10, 1.5 .hex(), float.fromhex('0x1.8p3'), (0.1).as_integer_ratio(), repr(1e300), complex(1, 2) * 3j, abs(3 + 4j), round(2.675, 2)
    for bad in (lambda: 1 / 0, lambda: int('x'), lambda: float('x'), lambda: 1 << -1, lambda: 2 ** 'a', lambda: complex('z'),
                lambda: int(float('inf')), lambda: math.sqrt(-1), lambda: pow(2, -1, 4), lambda: (1).to_bytes(0, 'big'), lambda: 1.0 // 0,
                lambda: int('1' * 5000), lambda: math.factorial(-1), lambda: 'a' * 2.0):
        try: bad()
        except (ArithmeticError, ValueError, TypeError): pass

@feature
def lists():
    a = list(range(20)); a.sort(key=lambda x: -x); a[2:5] = 'abc'; del a[::3]; a.insert(0, []); a += [1]; a *= 2; a.reverse()
    a.index(1); a.count(1); a.copy(); a.pop(); a.extend(x for x in range(3)); sorted(a[3:5], key=str); min(1, 2), max([1, 2], default=0)
    b, *c, d = [1, 2, 3, 4]; (e, f), g = [1, 2], 3; [*a, *c]; tuple(a); a == [1]; a < [1, 2] if False else None
    for bad in (lambda: a.remove('zz'), lambda: a['x'], lambda: [1, 'a'].sort(), lambda: [].pop(), lambda: a + 1, lambda: list(1),
                lambda: a.__setitem__(slice(0, 9, 2), [1]), lambda: max([]), lambda: a.index('q'), lambda: [].__init__(1, 2)):
        try: bad()
        except (TypeError, ValueError, IndexError): pass
    try: h, i = a
    except ValueError: pass
    try: h, i = 1
    except TypeError: pass
    s = []; s.append(s); repr(s); s.clear()

@feature
def dicts():
    d = {i: str(i) for i in range(40)}; d.update(a=1); d.pop(3); d.popitem(); d.setdefault('z', []); d | {1: 2}; d.keys() & {1}; list(d.items())
    d.get('q'), 'a' in d, dict(d, b=2), dict.fromkeys('abc'), {**d, 'x': 1}, d.copy() == d, sorted(d.keys(), key=str), reversed(d), d.values()
    del d[7]; e = collections.OrderedDict(d); e.move_to_end(5); e.popitem(False); collections.defaultdict(list)['x'].append(1)
    collections.Counter('hello').most_common(); collections.ChainMap({}, d)[5]; types.MappingProxyType(d)[5]; collections.deque(d, 5).rotate(2)
    class K:
        def __hash__(self): return 1
        def __eq__(self, o): raise ValueError
    for bad in (lambda: d['none'], lambda: {[]: 1}, lambda: {K(): 1, K(): 2}, lambda: d.pop('q'), lambda: {}.popitem(), lambda: dict([1]),
                lambda: dict([(1, 2, 3)]), lambda: [d.pop(k) for k in d], lambda: d | 1, lambda: dict(1)):
        try: bad()
        except (KeyError, TypeError, ValueError, RuntimeError): pass

@feature
def sets():
    s = set(range(20)); s |= {30}; s &= set(range(10)); s - {1}; s ^ {2, 99}; frozenset(s) in {frozenset(s)}; s.issubset(range(40)); s.update('ab', 'cd')
    s.discard(77); s.pop(); s.copy() == s; s.symmetric_difference_update({5, 6}); sorted(s, key=str); s.isdisjoint([1]); {*s, 1}
    for bad in (lambda: s.remove('q'), lambda: s.add([]), lambda: set(1), lambda: set().pop(), lambda: s | [1], lambda: [s.add(object()) for _ in s]):
        try: bad()
        except (KeyError, TypeError, RuntimeError): pass

@feature
def iteration():
    list(zip('abc', range(3))), list(map(str, range(3))), list(filter(None, [0, 1])), list(enumerate('ab')), list(reversed([1, 2])), list(iter(int, 0))
    list(itertools.chain('ab', [1])), list(itertools.product('ab', repeat=2)), list(itertools.permutations('abc')), list(itertools.groupby('aab'))
    list(itertools.accumulate([1, 2], operator.mul)), itertools.tee('abc', 2)[0], list(itertools.zip_longest('a', 'bc')), list(itertools.combinations('abc', 2))
    list(range(10 ** 20, 10 ** 20 + 3)), range(10)[2:5], range(5).index(3), any(x for x in [0]), all([1]), sum([[1], [2]], [])
    for bad in (lambda: list(zip('a', 'bc', strict=True)), lambda: next(iter([])), lambda: list(map(int, 'ax')), lambda: iter(1), lambda: sum(['a'])):
        try: bad()
        except (ValueError, StopIteration, TypeError): pass

@feature
def modules():
    m = types.ModuleType('leak_probe'); m.x = 1; m.self = m
    sys.modules['leak_probe'] = m
    import leak_probe
    from leak_probe import x
    del sys.modules['leak_probe']
    try: import no_such_module_at_all
    except ImportError: pass
    try: from math import no_such_name
    except ImportError: pass
    sys.modules.pop('colorsys', None)
    import colorsys
    sys.modules.pop('colorsys', None)

@feature
def compiling():
    ns = {}
    exec('def f(x):\n    class C:\n        y = x\n    return [C, lambda: x]\nf(1)', ns)
    eval('1 + len("abc")'); compile('x = 1; y = f"{x}"', 'f', 'exec', dont_inherit=True)
    tree = ast.parse('def f(a, *b, c=1, **d): return a if b else [x async for x in y]' if 0 else 'try:\n  a = b[1:2]\nexcept* E as e:\n  pass')
    ast.dump(tree); ast.unparse(tree); compile(tree, 'f', 'exec'); ast.literal_eval('[1, {"a": (2,)}]'); copy.deepcopy(tree)
    symtable.symtable('def f(x):\n  global y\n  return lambda: x', 'f', 'exec').get_children()[0].lookup('x').is_free()
    for bad in ('1 +', 'def f(:', 'x = (', '"abc', 'return', 'a b', 'f(**a, *b)', 'nonlocal x', 'for', '{a:', "f'{'", '\tx\n y', 'x = 0777', 'yield', 'del f()', 'class', 'é$', 'match x:\n case a|b: pass'):
        try: compile(bad, 'f', 'exec')
        except SyntaxError: pass
    try: compile(ast.Module([ast.Name('x')], []), 'f', 'exec')
    except (TypeError, ValueError): pass
    try: eval('nope')
    except NameError: pass

@feature
def frames():
    def f():
        frame = sys._getframe(); frame.f_locals; frame.f_lineno; frame.f_back; x = locals(); return frame
    fr = f(); fr.f_code.co_positions(); fr.clear(); f.__code__.replace(co_name='g'); list(f.__code__.co_lines())
    g = types.FunctionType(f.__code__, globals(), 'g', None, None); g.__defaults__ = (1,); g.__annotations__; g.__dict__
    events = []
    def tracer(frame, event, arg): events.append(event); return tracer
    old = sys.gettrace(); sys.settrace(tracer); f(); sys.settrace(old)
    sys.setprofile(lambda *a: None); f(); len('a'); sys.setprofile(None)
    def wrong(frame, event, arg): raise ValueError
    sys.settrace(wrong)
    try: f()
    except ValueError: pass
    sys.settrace(old)

@feature
def cycles():
    class N:
        def __del__(self): self.died = True
    a = N(); a.me = a; b = [a]; b.append(b); d = {}; d['d'] = d
    def f(): return f
    r = weakref.ref(a, lambda ref: None); p = weakref.proxy(a); p.x = 1
    w = weakref.WeakValueDictionary(); w['a'] = a; k = weakref.WeakKeyDictionary(); k[a] = 1; s = weakref.WeakSet([a]); fin = weakref.finalize(a, int)
    del a, b, d, f
    gc.collect()
    try: p.x
    except ReferenceError: pass
    gc.get_objects(); gc.get_referrers(w); gc.get_stats(); gc.freeze(); gc.unfreeze()
    deep = None
    for i in range(2000): deep = [deep, {'x': deep} if i % 50 == 0 else None]

@feature
def copying():
    v = [1, 'a', (2.5, None), {'k': {1, 2}}, b'x', 3 ** 100, frozenset('ab'), Ellipsis, range(3)]
    for protocol in range(6): pickle.loads(pickle.dumps(v, protocol))
    marshal.loads(marshal.dumps(v[:-1])); copy.deepcopy(v); json.loads(json.dumps([1, {'a': None, 'b': [True, 1.5, 'x']}]))
    for bad in (lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b'x'), lambda: marshal.loads(b'['), lambda: json.loads('[1,'), lambda: json.dumps({1, 2}), lambda: marshal.dumps(object())):
        try: bad()
        except (pickle.PickleError, AttributeError, ValueError, TypeError, EOFError, KeyError): pass

@feature
def library():
    struct.unpack('<iq3s', struct.pack('<iq3s', 1, 2, b'abc')); array.array('d', [1, 2]).tobytes(); re.compile(r'(a|b)+(?P<n>c)?').sub(lambda m: m[0] * 2, 'abcab')
    re.findall('(.)(.)', 'abcd'); re.split('(b)', 'abc'); [m.groupdict() for m in re.finditer('(?P<x>a)', 'aa')]
    functools.reduce(operator.add, [1, 2]); functools.partial(int, base=2)('101'); functools.lru_cache(len)('a'); functools.cmp_to_key(lambda a, b: 0)(1); functools.singledispatch(len)
    operator.itemgetter(1, 2)('abc'); operator.attrgetter('a.b')(types.SimpleNamespace(a=types.SimpleNamespace(b=1))); operator.methodcaller('upper')('a')
    random.Random(1).random(); list(csv.reader(['a,b', '"c"'])); csv.writer(io.StringIO()).writerow([1, 'a']); typing.List[int] | None; list[int][0:0] if 0 else list[int]
    class E(enum.Enum): A = 1; B = 2
    E(1), E['B'], list(E)
    N = collections.namedtuple('N', 'a b'); N(1, 2)._replace(a=3)
    v = contextvars.ContextVar('v'); c = contextvars.copy_context(); c.run(v.set, 1); c[v]; t = v.set(2); v.reset(t)
    for bad in (lambda: struct.pack('i', 'a'), lambda: array.array('i', ['a']), lambda: re.compile('('), lambda: E(9), lambda: v.get(), lambda: c[1], lambda: struct.unpack('i', b'')):
        try: bad()
        except (struct.error, TypeError, ValueError, LookupError, re.error): pass

@feature
def streams():
    b = io.BytesIO(b'abc\ndef\n'); t = io.TextIOWrapper(io.BufferedReader(b)); t.readline(); t.tell(); list(t); t.detach()
    s = io.StringIO('a\nb'); s.readlines(); s.write('x'); s.getvalue()
    r, w = os.pipe()
    with open(w, 'w') as f: f.write('hello\n'); print('x', file=f)
    with open(r, 'rb') as f: f.read()
    with open(__file__) as f: f.readline(); f.seek(0); f.read(10); next(f)
    with open(__file__, 'rb', buffering=0) as f: f.readinto(bytearray(5))
    a, c = socket.socketpair(); a.send(b'x'); c.recv(1); select.select([a], [c], [], 0); a.close(); c.close()
    for bad in (lambda: f.read(), lambda: open('/'), lambda: io.BytesIO('x'), lambda: os.stat('/none'), lambda: open(__file__, 'zz')):
        try: bad()
        except (ValueError, OSError, TypeError): pass
    os.listdir('/'); os.environ.get('PATH'); [e.name for e in os.scandir('/usr')]; os.stat('/').st_mtime; time.localtime(); time.strftime('%Y')

@feature
def threads():
    out = []; lock = threading.Lock(); local = threading.local()
    def work(n):
        local.x = n
        with lock: out.append(n)
    ts = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for t in ts: t.start()
    for t in ts: t.join()
    e = threading.Event(); e.set(); e.wait(); threading.current_thread().name


def loop(function, n):
    for _ in range(n):
        function()
    sys._clear_type_cache()
    re.purge()
    for _ in range(3):
        gc.collect()


def measure(function, n):
    """What the second and the third loop leave behind."""
    totals = array.array('q', [0] * 6)
    for i in range(3):
        loop(function, n)
        totals[i] = sys.gettotalrefcount()
        totals[i + 3] = sys._getallblocks()
    return [(totals[i + 1] - totals[i], totals[i + 4] - totals[i + 3]) for i in (0, 1)]


LOOPS = 5


def check_loops():
    for function in features:
        if not hasattr(sys, 'gettotalrefcount'):
            function()
        else:
            growth = measure(function, LOOPS)
            if all(g[0] >= LOOPS for g in growth) or all(g[1] >= LOOPS for g in growth):
                print('LEAK', function.__name__, growth)
                continue
        print('ok', function.__name__)


# A lost step of an event loop waits for ever; trace functions stay; a finaliser of the library that
# could not run stays in its registry.
NEED_MEMORY = {'event_loop', 'threads', 'frames', 'cycles'}


def without_memory(function, count):
    """Run it with one request for memory failing, each of the first `count` in turn -> how many
    requests there are, if less."""
    set_nomemory, remove_mem_hooks = _testcapi.set_nomemory, _testcapi.remove_mem_hooks
    unharmed = 0
    for n in range(1, count):
        unharmed += 1
        set_nomemory(n, n + 1)
        try:
            function()
        except BaseException:
            unharmed = 0
        remove_mem_hooks()
        if unharmed > 60:
            return n
    return count


def check_failures(count):
    sys.unraisablehook = lambda unraisable: None
    for function in features:
        if function.__name__ in NEED_MEMORY:
            continue
        print('begin', function.__name__, flush=True)
        loop(function, 2)
        top = without_memory(function, count)
        totals = array.array('q', [0] * 8)
        for i in range(4):
            loop(lambda: without_memory(function, top), i > 0)
            totals[i] = sys.gettotalrefcount()
            totals[i + 4] = sys._getallblocks()
            if i and totals[i] <= totals[i - 1] and totals[i + 4] <= totals[i + 3]:
                print('ok', function.__name__, flush=True)
                break
        else:
            print('LEAK', function.__name__, [(totals[i + 1] - totals[i], totals[i + 5] - totals[i + 4])
                                              for i in range(3)], flush=True)


if '--no-memory' in sys.argv:
    import _testcapi
    check_failures(250)
else:
    check_loops()
