"""Calls that spread a tuple or a mapping over the arguments, cold and specialised, of every kind of callee."""
import sys, traceback
class A:
    k = 3
    def f(self, *a, **k): return ('f', a, sorted(k.items()))
    def g(self, a, b=2): return a, b
    @classmethod
    def c(cls, *a): return cls.__name__, a
    @staticmethod
    def s(*a): return a
class S:
    __slots__ = ('x',)
    def f(self, *a, **k): return ('S', a, k)
    def gen(self, *a):
        yield from a
def show(fn, *args):
    try: print(fn(*args))
    except Exception as e: print(type(e).__name__, e)
def t1(o, a): return o.f(*a)
def t2(o, a): return o.f(1, *a)
def t3(o, a, k): return o.f(1, *a, **k)
def t4(o, a): return o.g(*a)
def t5(l, a): return l.append(*a)
def t6(l, a): return l.append(1, *a)
def t7(o, a): return o.c(1, 2, *a), o.s(1, *a)
def t8(l, a, k): return l.sort(*a, **k), l
def t9(a, b): return (1, *a), (*a,), (1, 2, *a), [1, *a], (*a, *b), sorted({1, *a}, key=str)
def t10(o, a): return o.f((o.f(1, *a)), *a, **{'x': o.f(*a)})
def t11(o, a): return o.f(1 if a else 2, *a)
def t12(d, k): return d.update(*(), **k, **k)
def t13(o, k): return o.f(*(), **k, **k)
def t14(o, a): return (o.f or a)(*a)
def t15(o, a): return o.f(*[x for x in a])
class P:
    @property
    def q(self): return lambda *a: a
def t16(o, a): return o.q(*a)
for r in range(30):
    out = []
    a, s = A(), S()
    for x in ((), (1,), (1, 2), [3, 4], 'ab', iter((5, 6)), 7, tuple(range(20))):
        if r < 29:
            so, sys.stdout = sys.stdout, open('/dev/null', 'w')
        show(t1, a, x); show(t1, s, x); show(t2, a, x); show(t2, s, x); show(t3, a, x, {'z': 1}); show(t3, a, x, {}); show(t3, s, x, {1: 2}); show(t3,s,x,5)
        show(t4, a, x); show(t5, [], x); show(t6, [], x); show(t7, a, x); show(t8, [2, 1], x, {'reverse': True}); show(t8, [2, 1], (), {'reverse': True})
        show(t9, x, x); show(t10, a, x); show(t11, a, x); show(t12, {}, {'a': 1}); show(t13, a, {'a': 1}); show(t13, s, {'a': 1}); show(t14, a, x); show(t15, a, x); show(t16, P(), x)
        if r < 29: sys.stdout = so
a.f = lambda *z: ('own', z)
show(t1, a, (1,)); show(t2, a, (1,))
A.f = lambda self, *z: ('new', z)
b = A()
show(t1, b, (1,)); show(t2, b, (1,))
b.__dict__
show(t1, b, (1,)); show(t2, b, (1,))
del A.f
show(t1, b, (1,))
events = []
def tr(frame, event, arg):
    if event in ('c_call', 'c_return'): events.append((event, getattr(arg, '__name__', arg)))
def start(): sys.setprofile(tr); return 9
def mid(l): return l.extend((start(), 1, 2), *())
def mid2(l, a): return l.insert(start(), *a)
for i in range(20): mid([])
sys.setprofile(None); events.clear()
l = []; mid(l); mid2(l, (5,)); sys.setprofile(None); print(l, events)
lines = []
def tl(f, e, a):
    lines.append(e); return tl
def mid3(o, a):
    return o.f(sys.settrace(tl), *a, **{})
for i in range(20): print(mid3(s, (1, 2)), end=' '); sys.settrace(None)
def lt(f, e, a): return lt
def mid4(a):
    return (sys.settrace(lt), *a)
for i in range(20): print(mid4((1, 2)), mid4([1]), end=' '); sys.settrace(None)
def co(o):
    x = o.f((yield), *(yield 1), **(yield 2))
    yield x
for i in range(12):
    g = co(s); next(g); g.send(3); g.send((4, 5)); print(g.send({'u': 1}))
def rec(o, a): return o.f(*a)
class R:
    def f(self, *a): return self.f(*a)
    def g(self, n, *a): return n if n == 0 else self.g(n - 1, *a)
try: R().f(1)
except RecursionError as e: print(e)
print(R().g(500, 2, 3))
import time
def t(): return time.monotonic()
for i in range(100): assert t() <= time.monotonic()
def deep(n): return n if n == 0 else deep(n-1)
def loc(): return locals()
for i in range(20): x = loc()
print(x)
def boom(l): return l.pop(*(), *())
for i in range(20): show(boom, [])
try: boom([])
except IndexError: print(len(traceback.format_exc().split('\n')))
