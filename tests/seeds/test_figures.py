"""The figures of the documents that describe the system (seeds 000 to 004): counts, sizes, identities,
the collector.  Each line begins with the row of the list of claims that it shows."""
import array, collections, gc, subprocess, sys, types, warnings, weakref

size, count = sys.getsizeof, sys.getrefcount


def show(row, *values):
    print(row, *values, flush=True)


class Node:
    def __init__(self): self.next = None


# ---- counts ------------------------------------------------------------------------------------
x = []
before = count(x); y = x; after = count(x); del y
show('000-002', after - before, count(x) - before)
show('000-005 003-001 003-030', before, after, count(x))
z = x; none_now = z is x; z = None
show('002-010', none_now, count(x))
died = []
weakref.finalize(n := Node(), died.append, 1); del n
show('000-004', died)
gc.collect(); a, b = Node(), Node(); a.next, b.next = b, a; r = weakref.ref(a)
show('002-011', count(a) - 1, count(b) - 1)
del a, b
alive = r() is not None; alive_count = gc.collect()
show('000-006 000-007 004-007', alive, alive_count, r())
w = weakref.ref(x.__class__); o = Node(); c0 = count(o); w = weakref.ref(o); p = weakref.proxy(o)
show('004-011', count(o) - c0, weakref.getweakrefcount(o), w() is o); del o, p
show('002-021', w())
t = (x, x, [x]); show('000-001', count(x) - before); del t
def probe(v): return count(v)
show('003-002', probe(object()), count([]), count(x))
d = {'k': x}; l = [x] * 5; show('001-022', count(x) - before); del d, l
def gen(v): yield v
g = gen(x); show('004-016', count(x) - before); del g
f = lambda: x
class Holder: pass
h = Holder(); h.v = x; show('002-009', count(x) - before); h.w = x; show('002-009b', count(x) - before); del h.v, h.w
try: raise ValueError(x)
except ValueError as e: show('004-002', count(x) - before)
show('004-002b', count(x) - before)

# ---- identity ------------------------------------------------------------------------------------
a = 256; b = 256; show('000-008 001-015', a is b)
a = 257; b = 257; show('000-009 001-016 003-016', a is b)
def fresh(n): return int(str(n))
show('000-010 001-017', [n for n in (-7, -6, -5, 0, 255, 256, 257, 258) if fresh(n) is fresh(n)])
show('002-029', eval('257') is eval('257'), eval('256') is eval('256'))
s1 = 'hello'; s2 = 'hello'; show('002-030 003-017', s1 is s2, ''.join(['hel', 'lo']) is s1)
s1 = 'hello world!'; s2 = 'hello world!'
show('002-031 003-018', s1 is s2, eval("'hello world!'") is eval("'hello world!'"), eval("'hello'") is eval("'hello'"))
show('002-032', sys.intern(''.join(['hello ', 'world!'])) is sys.intern(''.join(['hello', ' world!'])))
show('003-014', () is tuple([]), '' is str(), b'' is bytes(), frozenset() is frozenset([]), chr(233) is chr(233), chr(300) is chr(300))
a = [1]; b = a; c = [1]; show('003-014', a is b, a is c, a == c, id(a) == id(b))
show('003-015', 10 is 10 if 0 else True)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always'); compile('count is 100', 'f', 'eval')
show('000-017', [str(m.message) for m in seen])
console = subprocess.run([sys.executable, '-I', '-i', '-q'], input='a = 257\nb = 257\na is b\na = 257; b = 257; a is b\n',
                         capture_output=True, text=True)
show('000-009', console.stdout.split())

# ---- sizes -------------------------------------------------------------------------------------
show('000-003 001-003 002-022', size(0), size(1), size(10), size(True), size(2 ** 30 - 1), size(2 ** 30), size(2 ** 60), size(-1))
show('002-023 002-024 002-025', size([]), size({}), size(''), size(()), size(set()), size(frozenset()), size(b''), size(bytearray()), size(1.0), size(1j))
show('003-006 003-007 003-008', size(10), size([1, 2, 3]), size('Hello'), size('H\xe9'), size('\u20ac'), size('\U0001f600'), size(None))
show('000-019', size([i for i in range(1000000)]), size(i for i in range(1)), size(range(10 ** 6)))
show('000-021', size(tuple(range(1000))), size(list(range(1000))))
show('001-032', size(list(range(10000))), size(tuple(range(10000))), size(array.array('i', range(10000))), size(array.array('d', range(10000))))
show('003-022 003-023', size([n for n in range(10000)]), size(n for n in range(10000)))
grown = []; sizes = []
for i in range(80): grown.append(i); sizes.append(size(grown))
show('list append', sizes)
grown = {}; sizes = []
for i in range(200): grown[i] = i; sizes.append(size(grown))
show('002-094', sorted(set(sizes)), [i + 1 for i in range(1, 200) if sizes[i] != sizes[i - 1]])
grown = {}; sizes = []
for i in range(60): grown['k%d' % i] = i; sizes.append(size(grown))
show('002-093', size({'a': 1}), size({1: 1}), sorted(set(sizes)))
grown = set(); sizes = []
for i in range(200): grown.add(i); sizes.append(size(grown))
show('set add', sorted(set(sizes)))
grown = bytearray(); sizes = []
for i in range(300): grown.append(1); sizes.append(size(grown))
show('bytearray append', sorted(set(sizes)))
show('ints by digits', [size(10 ** n) for n in range(0, 100, 9)])
show('text', [size('a' * n) for n in (1, 10, 100)], [size('\xe9' * n) for n in (1, 10, 100)], [size('\u20ac' * n) for n in (2, 10)], [size('\U0001f600' * n) for n in (2, 10)])
class Regular:
    def __init__(self, x=1, y=2, z=3): self.x = x; self.y = y; self.z = z
class Slotted:
    __slots__ = ('x', 'y', 'z')
    def __init__(self, x=1, y=2, z=3): self.x = x; self.y = y; self.z = z
def slots(n): return size(type('S', (), {'__slots__': tuple('abcdef'[:n])})())
show('002-026', hasattr(Slotted(), '__dict__'), hasattr(Regular(), '__dict__'))
show('002-027 003-032', size(Regular()), size(Slotted()), size(Regular()) - size(Slotted()), size(Regular().__dict__))
show('002-028', [slots(n) for n in range(1, 6)])
show('003-021', size(type('R', (), {'__init__': lambda s: None})()), size(type('O', (), {'__slots__': ('a', 'b')})()))
def deep(o, seen=None):
    seen = set() if seen is None else seen
    if id(o) in seen: return 0
    seen.add(id(o))
    return size(o) + (sum(deep(i, seen) for i in o) if isinstance(o, (list, tuple, set)) else
                      sum(deep(k, seen) + deep(v, seen) for k, v in o.items()) if isinstance(o, dict) else 0)
nested = {'a': [1, 2, (3, 'x')], 'b': {'c': 'text'}}
show('004-008', size(nested), deep(nested))
def example(a, b=1, *c): return a
show('objects', size(example), size(example.__code__), size(Regular), size(int), size(len), size(iter([])), size(slice(1)), size(Exception()),
     size([].append), size(types.SimpleNamespace()), size(gc), size(object()), size(collections.deque()), size(memoryview(b'')), size(property()),
     size(weakref.ref(Regular)), size(lambda: 0), size(enumerate([])), size(zip()), size(collections.OrderedDict()), size(sys._getframe()) > 0)

# ---- collector -----------------------------------------------------------------------------------
show('002-013', gc.get_threshold(), gc.isenabled(), len(gc.get_count()))
gc.disable(); show('002-018 003-004', gc.isenabled()); gc.enable(); show('003-003', gc.isenabled())
show('000-029 003-005', [sorted(s) for s in gc.get_stats()])
phases = []
def callback(phase, info): phases.append((phase, sorted(info), info['generation']))
gc.callbacks.append(callback); gc.collect(); gc.collect(0); gc.callbacks.remove(callback)
show('004-012 002-017', phases)
class Finalised:
    def __del__(self): died.append('del')
died.clear(); a = Finalised(); a.me = a; del a
show('002-019 004-014', gc.collect(), died, gc.garbage)
gc.set_debug(gc.DEBUG_SAVEALL); a = Node(); a.next = a; del a; gc.collect(); gc.set_debug(0)
show('002-020', [type(o).__name__ for o in gc.garbage if isinstance(o, Node)]); gc.garbage.clear()
generations = []
gc.collect()
def note(phase, info): phase == 'start' and generations.append(info['generation'])
gc.callbacks.append(note)
keep = []
while len(generations) < 30: keep.append([])
gc.callbacks.remove(note)
show('002-014 002-015 002-016', generations)
gc.collect(); gc.disable(); n0 = gc.get_count()[0]; keep = [[] for _ in range(100)]; n1 = gc.get_count()[0]; del keep
show('002-014', n1 - n0 >= 100, gc.get_count()[0] - n0 < 5); gc.enable()
