"""Weak references: identity, callbacks, proxies."""
import _weakref
import gc
import weakref


def show(label, func):
    try:
        print(label, func())
    except Exception as error:
        print(label, type(error).__name__, error)


class C:
    def method(self): return 'method'
    def __eq__(self, other): return isinstance(other, C)
    def __hash__(self): return 5
    def __call__(self, *args): return args
    def __len__(self): return 3
    def __getitem__(self, key): return key
    def __add__(self, other): return 'added'
    def __iter__(self): return iter([1, 2])
    def __bool__(self): return False


c, d = C(), C()
r = weakref.ref(c)
print(r is weakref.ref(c), r() is c, r == weakref.ref(d), r != weakref.ref(d), hash(r))
order = []
callbacks = [weakref.ref(c, lambda ref, n=n: order.append((n, ref() is None))) for n in range(4)]
print(_weakref.getweakrefcount(c), len(_weakref.getweakrefs(c)), callbacks[0] is weakref.ref(c))
p = weakref.proxy(c)
print(type(p).__name__, p.method(), len(p), p[4], p + 1, list(p), bool(p), p(1, 2), p == c, str(p) == str(c))
p.attribute = 1
print(c.attribute, p.attribute)
del p.attribute
show('missing', lambda: p.attribute)
show('hash', lambda: hash(p))
del c
gc.collect()
print(r(), order, repr(r).split(';')[1])
show('dead', lambda: p.method())
show('dead', lambda: len(p))
show('dead', lambda: p + 1)
show('dead', lambda: bool(p))
print(hash(r), r == weakref.ref(d), r == r, callbacks[0] == callbacks[1])
show('unhashed', lambda: hash(callbacks[0]))
for op in (1, 'x', (), None, [], {}, object()):
    show(type(op).__name__, lambda: weakref.ref(op))
for op in (len, int, C.method, C().method, lambda: 0, set(), frozenset(), (i for i in ()), gc):
    show(type(op).__name__, lambda: type(weakref.ref(op)).__name__)
show('args', lambda: weakref.ref())
show('args', lambda: weakref.ref(d, None, 1))
show('args', lambda: weakref.ref(d, x=1))
show('args', lambda: weakref.ref(d)(1))
show('proxy', lambda: type(weakref.proxy(d)).__name__)
show('proxy', lambda: type(weakref.proxy(type('N', (), {}))).__name__)


class Ref(weakref.ref):
    def __init__(self, op, callback=None, tag=None):
        super().__init__(op, callback)
        self.tag = tag

    def __new__(cls, op, callback=None, tag=None):
        return super().__new__(cls, op, callback)


e = Ref(d, None, 'tag')
print(e.tag, e() is d, e == weakref.ref(d), e is Ref(d), e.__callback__, weakref.ref[int])
dead = []


class Raises:
    def __del__(self): dead.append('del')


op = Raises()
w = weakref.ref(op, lambda ref: dead.append('callback'))
del op
gc.collect()
print(dead)


class Resurrects:
    kept = None
    def __del__(self): Resurrects.kept = self


op = Resurrects()
w = weakref.ref(op)
del op
print(w() is Resurrects.kept)


class Node: pass


a, b = Node(), Node()
a.other, b.other = b, a
w1 = weakref.ref(a, lambda ref: dead.append('cycle'))
del a, b
gc.collect()
print(w1(), dead)
cache = weakref.WeakValueDictionary()
n = Node()
cache['n'] = n
print(len(cache), cache['n'] is n)
del n
print(len(cache))
s = weakref.WeakSet([C, Node])
print(len(s), C in s)
