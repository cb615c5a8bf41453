"""Generators and coroutines made by specialised calls: defaults, closures, frames, tracing, origins, limits."""
import sys, gc, types
def g(a, b=2, c=3):
    yield a, b, c
async def co(x, y=5): return x, y
async def ag(x): yield x
def drive(c):
    try: c.send(None)
    except StopIteration as e: return e.value
class A:
    def m(self, n=1):
        yield n
    async def am(self, n): return n
def closure(n):
    def inner(k=0):
        yield n + k
    return inner
def cell(n):
    yield (lambda: n)()
def kw(a, *, b): yield a, b
def star(*a): yield a
def go(i):
    out = [list(g(1)), list(g(1, 5)), list(g(1, 5, 6)), drive(co(1)), drive(co(1, 2)), list(A().m()), list(A().m(4)), drive(A().am(7)),
           list(closure(i)()), list(closure(i)(3)), list(cell(i)), list(kw(1, b=2)), list(star(1, 2)), sum(x for x in range(i))]
    x = ag(3)
    out.append(drive(x.asend(None)) if False else type(x).__name__)
    h = g(i)
    out.append((h.gi_frame.f_back, h.gi_frame.f_lineno, h.gi_frame.f_locals, h.gi_running, h.gi_frame.f_lasti, h.__name__, h.__qualname__, h.gi_code is g.__code__))
    f = h.gi_frame
    next(h); h.close()
    out.append((f.f_locals, h.gi_frame))
    try: h = g()
    except TypeError as e: out.append(str(e))
    try: h = g(1, 2, 3, 4)
    except TypeError as e: out.append(str(e))
    return out
first = go(1)
for i in range(40): last = go(i)
print(first); print(last)
old = g.__defaults__
def call(): return list(g(1))
for i in range(20): call()
g.__defaults__ = (8, 9); print(call(), list(g(1)))
g.__defaults__ = (9,)
try: print(call())
except TypeError as e: print(e)
g.__defaults__ = old; print(call())
def swap():
    return g(7)
for i in range(20): swap()
g.__code__ = (lambda a, b=1, c=1: (a, b, c)).__code__
print(swap())
def depth(n):
    for _ in g2(n): return _
def g2(n):
    yield n if n == 0 else depth(n - 1)
for i in range(10): depth(5)
try: depth(100000)
except RecursionError as e: print(str(e)[:40])
events = []
def tracer(f, e, a):
    events.append((f.f_code.co_name, e)); return tracer
def traced(): return list(star2(1)), drive(co(4))
def star2(n): yield n
for i in range(20): traced()
sys.settrace(tracer); traced(); sys.settrace(None); print(events)
sys.set_coroutine_origin_tracking_depth(2)
def origin(): return co(1)
for i in range(20):
    c = origin(); o = c.cr_origin; c.close()
print([(x[1], x[2]) for x in o])
sys.set_coroutine_origin_tracking_depth(0)
async def twice():
    c = co(1)
    a = await c
    try: await c
    except RuntimeError as e: return a, str(e)
for i in range(20): r = drive(twice())
print(r)
class Aw:
    def __await__(self): return iter(())
async def aw(): return await Aw()
for i in range(20): r = drive(aw())
print(r)
import weakref
h = star2(1); w = weakref.ref(h); del h; print(w())
gc.collect()
