"""Demos, exercises and mistakes that the documents name (seeds 000 to 004), small and with equal output
everywhere.  Each line begins with the rows of the list of claims that it shows."""
import abc, ast, cProfile, collections, copy, dis, functools, gc, io, multiprocessing, os, pstats, sys, tempfile
import threading, time, tracemalloc, weakref


def show(rows, *values):
    print(rows, *values, flush=True)


# ---- common mistakes -----------------------------------------------------------------------------
def add_shared(item, target=[]):
    target.append(item); return target
def add_fresh(item, target=None):
    target = [] if target is None else target
    target.append(item); return target
show('000-011 001-018 001-019 001-038', add_shared(1), add_shared(2), add_fresh(1), add_fresh(2), add_shared.__defaults__)
base = {'limits': {'cpu': 1}, 'names': ['a']}
alias, shallow, deep = base, copy.copy(base), copy.deepcopy(base)
base['limits']['cpu'] = 2
show('000-012', alias['limits'], shallow['limits'], deep['limits'], alias is base, deep == base)
class Bounded:
    """The newest `limit` entries."""
    def __init__(self, limit): self.limit, self.data = limit, collections.OrderedDict()
    def put(self, key, value):
        self.data[key] = value; self.data.move_to_end(key)
        while len(self.data) > self.limit: self.data.popitem(last=False)
    def get(self, key):
        self.data.move_to_end(key); return self.data[key]
endless, bounded = {}, Bounded(3)
for i in range(10): endless[i] = bounded.put(i, i * i)
bounded.get(7); bounded.put(10, 100)
show('000-013 001-037', len(endless), list(bounded.data.items()))
class Pod:
    def __init__(self, name, phase): self.name, self.phase, self.spec = name, phase, {'owner': self}
pods = [Pod('p%d' % i, 'Running') for i in range(3)]
refs = [weakref.ref(p) for p in pods]
kept = [(p.name, p.phase) for p in pods]
gc.disable(); del pods; held = [r() is not None for r in refs]; gc.collect(); gc.enable()
show('000-014 000-015 000-016 001-009', held, [r() for r in refs], kept)
class Watcher:
    """Pods by name: updated, bounded, and dropped when they are deleted."""
    def __init__(self, limit): self.pods, self.limit = collections.OrderedDict(), limit
    def event(self, kind, name, phase):
        if kind == 'DELETED':
            self.pods.pop(name, None); return
        self.pods[name] = phase; self.pods.move_to_end(name)
        if len(self.pods) > self.limit: self.pods.popitem(last=False)
leaking, watcher = {}, Watcher(4)
for i in range(100):
    for kind in ('ADDED', 'MODIFIED', 'DELETED'):
        leaking['pod-%d' % i] = kind
        watcher.event(kind if i % 10 else 'ADDED', 'pod-%d' % i, 'Running')
show('001-007 001-008 001-011 001-013 001-014', len(leaking), list(watcher.pods))
class TTL:
    def __init__(self, limit, seconds): self.limit, self.seconds, self.now, self.data = limit, seconds, 0, collections.OrderedDict()
    def put(self, key, value):
        self.data[key] = (value, self.now + self.seconds); self.data.move_to_end(key)
        if len(self.data) > self.limit: self.data.popitem(last=False)
    def get(self, key):
        value, end = self.data.get(key, (None, -1))
        if end <= self.now: self.data.pop(key, None); return None
        self.data.move_to_end(key); return value
cache = TTL(2, 5); cache.put('a', 1); cache.put('b', 2); cache.get('a'); cache.put('c', 3); cache.now = 4
early = cache.get('a'), cache.get('b'), cache.get('c'); cache.now = 5
show('000-043 001-012 001-031', early, cache.get('a'), list(cache.data))
class Broken:
    def __getattribute__(self, name): return self.__dict__[name]
class Mended:
    def __init__(self): self.x = 1
    def __getattribute__(self, name): return object.__getattribute__(self, name)
    def __getattr__(self, name): return 'missing ' + name
try: Broken().x
except RecursionError as e: show('002-065', type(e).__name__)
show('002-064 002-066', Mended().x, Mended().y)
with tempfile.TemporaryFile() as f: show('001-025 001-039', f.closed)
show('001-025 001-039', f.closed)
def opened():
    g = open(os.devnull); return g.fileno()
import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always'); opened(); show('001-039', [w.category.__name__ for w in seen])
try: {[1]: 2}
except TypeError as e: show('002-089', e)

# ---- containers -----------------------------------------------------------------------------------
out = []; append = out.append
for i in range(5): append(i * i)
show('000-018 001-020 002-078', out)
show('000-020 000-023', [3, 1, 3], {3, 1, 3}, [x for x in 'ab'], 99999 in set(range(100000)), 99999 in list(range(100000)))
lazy = (i for i in range(1_000_000)); eager = [i for i in range(1_000_000)]
show('001-021 002-082', next(lazy), len(eager), sys.getsizeof(lazy) < 300 < sys.getsizeof(eager), sum(range(1000)) == sum([i for i in range(1000)])); del eager
a, b = [], []
for i in range(100): a.append(i)
b.extend(range(100)); show('001-040', a == b, sys.getsizeof(a), sys.getsizeof(b))
d = {'k': 1}; show('001-041', d['k'], d.get('k'), d.get('none'), d.get('none', 0))
words = ['w%d' % i for i in range(200)]; s = ''
for w in words: s += w
show('002-080', s == ''.join(words), len(s)); show('002-079', [i for i in range(5)], list(map(str, range(3))))
show('002-090 002-091', hash(5) % 8, hash(-1), hash(2**61 - 1), hash(1.0) == hash(1) == hash(True), hash((1, 2)), hash('a') == hash('a'))
class Same:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, other): return self.n == other.n
clash = {Same(i): i for i in range(6)}; show('002-092', [clash[Same(i)] for i in range(6)], len(clash))

# ---- objects and classes --------------------------------------------------------------------------
def greet(name): return 'Hello, ' + name
class Thing: pass
show('002-001 002-002 002-003', type(42).__name__, 42 .__class__, type(greet).__name__, greet.__name__, greet.__code__.co_varnames, greet('x'))
show('002-004 002-005 002-006', type(Thing), type(type) is type, type(object) is type, object.__bases__, type.__bases__, isinstance(Thing, type))
show('002-007 002-008', object.__basicsize__, list.__basicsize__, tuple.__itemsize__, int.__itemsize__, bytes.__itemsize__, dict.__basicsize__)
class Data:
    def __get__(self, o, t): return 'data'
    def __set__(self, o, v): pass
class NonData:
    def __get__(self, o, t): return 'non-data'
class Order:
    data, non, cls = Data(), NonData(), 'class'
    def __init__(self): self.__dict__.update(data=1, non=2, inst=3)
    def __getattr__(self, n): return 'getattr'
o = Order(); show('002-062 002-063 002-095', o.data, o.non, o.cls, o.inst, o.nothing)
class Meta(type):
    def __new__(m, name, bases, ns): print('new', name); return super().__new__(m, name, bases, dict(ns, added=1))
    def __init__(c, name, bases, ns): print('init', name); super().__init__(name, bases, ns)
    def __call__(c, *args): print('call', c.__name__); return super().__call__(*args)
class Made(metaclass=Meta): pass
Made(); show('002-067 002-068 002-069 002-070 002-084', Made.added, type(Made), type('T', (object,), {'x': 1}).x)
class Single(type):
    made = {}
    def __call__(c, *a): return c.made[c] if c in c.made else c.made.setdefault(c, super().__call__(*a))
class Only(metaclass=Single): pass
show('002-071', Only() is Only())
class Register(type):
    names = []
    def __init__(c, name, bases, ns): super().__init__(name, bases, ns); Register.names.append(name)
class R1(metaclass=Register): pass
class R2(R1): pass
show('002-072', Register.names)
class Interface(abc.ABC):
    @abc.abstractmethod
    def run(self): ...
try: Interface()
except TypeError as e: show('002-073', e)

# ---- code ------------------------------------------------------------------------------------------
GLOBAL = 1
def add(a, b): return a + b
def uses(n):
    total = 0
    for i in range(n):
        if i and GLOBAL: total += i
    return [x * 2 for x in (total, 60 * 60 * 24)]
names = [i.opname for i in dis.get_instructions(add)]
show('002-047 003-019 003-020', names)
show('002-048', len(add.__code__.co_code), add.__code__.co_consts, add.__code__.co_varnames, add.__code__.co_stacksize)
all_names = {i.opname for i in dis.get_instructions(uses)} | set(names)
show('002-051 002-052 002-053 002-054 002-056 002-057 002-058 002-059 002-060 002-061', sorted(all_names))
inner = next(c for c in uses.__code__.co_consts if hasattr(c, 'co_code'))
show('004-010 004-015', [i.opname for i in dis.get_instructions(inner)], sum(map(lambda x: x * 2, range(4))) == sum([x * 2 for x in range(4)]))
show('004-001 004-005 004-009', 86400 in uses.__code__.co_consts, [i.opname for i in dis.get_instructions(compile('x = 1; y = x', 'm', 'exec'))])
show('002-049', ast.dump(ast.parse('x = 1 + 2'))); space = {}; exec(compile('x = 1 + 2', '<s>', 'exec'), space); show('002-050', space['x'])
profile = cProfile.Profile(); profile.enable(); sum(add(i, 1) for i in range(100)); profile.disable()
text = io.StringIO(); stats = pstats.Stats(profile, stream=text).sort_stats('cumulative'); stats.print_stats(10)
show('002-074 002-075', stats.total_calls >= 200, 'function calls' in text.getvalue(), 'Ordered by: cumulative time' in text.getvalue())

# ---- memory ----------------------------------------------------------------------------------------
def memory_profile(function):
    """The peak of a call and the lines that allocated most."""
    @functools.wraps(function)
    def wrapper(*args):
        tracemalloc.start(); before = tracemalloc.take_snapshot(); result = function(*args)
        after, (now, peak) = tracemalloc.take_snapshot(), tracemalloc.get_traced_memory(); tracemalloc.stop()
        top = max(after.compare_to(before, 'lineno'), key=lambda s: s.size_diff)
        return result, peak >= now > 0, os.path.basename(top.traceback[0].filename), top.size_diff
    return wrapper
@memory_profile
def allocate(n): return [bytes(1000) for i in range(n)]
result, peak, where, size = allocate(100)
show('000-030 000-044 001-024 001-028 004-004 004-017', len(result), peak, where, 100 * 1033 <= size <= 100 * 1033 + 4096)
fresh = [Thing() for i in range(7)]; show('000-026', len([o for o in gc.get_objects() if isinstance(o, Thing)]))
show('000-025 000-028 004-006 003-026', sys.getrefcount(fresh) , all(isinstance(n, int) for n in gc.get_count()), len(gc.get_count()))
def cycle(): c = []; c.append(c)
gc.collect(); gc.disable(); [cycle() for i in range(10)]; show('000-006 000-027 000-034 001-030 001-036', gc.collect()); gc.enable()
class Closing:
    log = []
    def __init__(self, n): self.n = n
    def __del__(self): self.log.append(self.n)
x = Closing(1); x = Closing(2); del x
show('000-032 001-005 002-085', Closing.log)

# ---- threads ---------------------------------------------------------------------------------------
show('002-037 002-038', sys.getswitchinterval()); sys.setswitchinterval(0.01); show('002-038', sys.getswitchinterval()); sys.setswitchinterval(0.005)
counts = [0, 0]
def count_up(i):
    for _ in range(20000): counts[i] += 1
threads = [threading.Thread(target=count_up, args=(i,)) for i in (0, 1)]
[t.start() for t in threads]; [t.join() for t in threads]
show('002-033 002-039 003-009 003-010', counts)
t0 = time.perf_counter(); threads = [threading.Thread(target=time.sleep, args=(0.2,)) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
show('002-035 002-040', time.perf_counter() - t0 < 1.2)
def square(n): return n * n
if __name__ == '__main__':
    with multiprocessing.get_context('fork').Pool(4) as pool: show('002-041 003-011', pool.map(square, [1, 2, 3, 4, 5]))
