"""Errors and warnings of the compile stage, with positions, and the code of what is accepted."""
import hashlib
import warnings

src = r'''
return 1
yield
await x
async def f(): yield from x
async def f():
    yield 1
    return 2
def f(): await x
def f(): [x async for x in y]
def f():
    async with x: pass
def f():
    async for x in y: pass
async with x: pass
break
continue
def f():
    break
for x in y:
    def g(): continue
class A:
    return
class A: yield
x = [yield for i in j]
def f(): x = [(yield) for i in j]
def f(): x = {(yield) for i in j}
def f(): x = {(yield):1 for i in j}
def f(): x = ((yield) for i in j)
def f(): x = ((yield from z) for i in j)
1 is 2
x is 'a'
x is not ()
None is 1
x is ...
'a' is x is y
1()
'a'()
(1,2)()
[1](x)
{1:2}(3)
{x}(3)
f'a'()
(x for x in y)()
(lambda: 1)()
None()
1[2]
{1}[1]
None[1]
(lambda:1)[1]
[1]['a']
[1][1.5]
(1,2)['a']
'abc'['a']
b'a'[None]
f'x'['a']
[x for x in y]['a']
[1][1:2]
[1][True]
[1][(1,2)]
1.5[0]
1j[0]
...[1]
assert (1, 2)
assert (x, y)
assert ()
assert (x, 'message')
def f(a, a): pass
def f(a, *, a): pass
def f(*a, **a): pass
lambda a, a: 1
def f(a):
    global a
def f():
    x = 1
    global x
def f():
    print(x)
    global x
def f():
    x: int
    global x
def f():
    global x
    x: int
def f():
    nonlocal x
nonlocal x
def f():
    x = 1
    def g():
        global x
        nonlocal x
def f():
    x = 1
    def g(x):
        nonlocal x
def f():
    x = 1
    def g():
        x = 2
        nonlocal x
def f():
    x = 1
    def g():
        print(x)
        nonlocal x
def f():
    x = 1
    def g():
        nonlocal x
        x: int
def f():
    x = 1
    def g():
        x: int
        nonlocal x
class A:
    nonlocal x
def f():
    from x import *
class A:
    from x import *
def f(): import *
[i := 0 for i in y]
[[i := 0 for j in y] for i in z]
[i for i in (j := y)]
[i for i in [k for k in (j := y)]]
[x for x in (lambda: (y := 1))]
class A: [i := 0 for x in y]
class A:
    def f(self): [i := 0 for x in y]
[(i := 0) for x in y for i in z]
[i for x in y if (i := 1) for i in z]
[j := 0 for i in 5 if (lambda: (j := 1))]
lambda: (x := 1)
from __future__ import braces
from __future__ import nope
from __future__ import annotations, nope
x = 1
from __future__ import annotations
"doc"; from __future__ import annotations
"doc"
from __future__ import annotations
"doc"
"doc2"
from __future__ import annotations
def f():
    from __future__ import annotations
from __future__ import annotations; x = 1; from __future__ import division
__debug__ = 1
def f(__debug__): pass
def __debug__(): pass
class __debug__: pass
del __debug__
x.__debug__ = 1
del x.__debug__
f(__debug__=1)
for __debug__ in x: pass
import __debug__
import a as __debug__
from a import __debug__
lambda __debug__: 1
lambda *__debug__: 1
lambda *, __debug__: 1
lambda **__debug__: 1
with x as __debug__: pass
(__debug__ := 1)
__debug__ += 1
__debug__: int
x.__debug__: int
[x for __debug__ in y]
try: pass
except x as __debug__: pass
global __debug__; __debug__ = 1
match x:
    case __debug__: pass
match x:
    case {**__debug__}: pass
match x:
    case A(__debug__=1): pass
match x:
    case [*__debug__]: pass
match x:
    case y: pass
    case z: pass
match x:
    case _: pass
    case z: pass
match x:
    case y | z: pass
match x:
    case [a, a]: pass
match x:
    case [a] | [b]: pass
match x:
    case [a, b] | [b, a]: pass
match x:
    case a | 1: pass
match x:
    case {1: a, 1: b}: pass
match x:
    case {'a': a, 'b': b, 'a': c}: pass
match x:
    case {1: a, True: b}: pass
match x:
    case {-1: a, -1: b}: pass
match x:
    case A(a=1, a=2): pass
match x:
    case [*a, *b]: pass
match x:
    case [a, *a]: pass
match x:
    case A(a, a): pass
match x:
    case {**a, 'b': a}: pass
match x:
    case {'b': a, **a}: pass
match x:
    case (a as b) as b: pass
match x:
    case [1 | 2 as y, *_, (3 | (4 as z))]: pass
f(a=1, a=2)
f(a=1, b=2, a=3)
class A(x=1, x=2): pass
*a = 1
*a, *b = 1
a, *b, c, *d = 1
[*a, *b] = 1
*a
f(*a)
print(*a, sep='')
x = *a
x = *a, 1
del *a
for *a in b: pass
for *a, in b: pass
a[*b]
a[*b, 1:2]
try: pass
except: pass
except A: pass
try: pass
except* A: return
def f():
    try: pass
    except* A: return
for x in y:
    try: pass
    except* A: break
for x in y:
    try: pass
    except* A: continue
for x in y:
    try: pass
    except* A:
        for z in w: break
def f():
    try: pass
    except* A:
        def g(): return 1
try:
    pass
except* A: 
    while 1:
        continue
def f(x: (yield)): pass
def f(x: (y := 1)): pass
def f() -> (await x): pass
x: (yield) = 1
async def f(): x: (await y) = 1
async def f():
    def g(x: await y): pass
from __future__ import annotations
def f(x: (yield)): pass
from __future__ import annotations
def f(x: (y := 1)): pass
from __future__ import annotations
def f() -> (await x): pass
from __future__ import annotations
x: (yield) = 1
from __future__ import annotations
x: [y := 1 for z in w]
async def f(): return [await x for x in y]
def f(): return [await x for x in y]
def f(): return (await x for x in y)
async def f(): return {x async for x in y}
async def f(): return {x: [z async for z in x] for x in y}
def f(): return [[z async for z in x] for x in y]
def f(): return ([z async for z in x] for x in y)
[x async for x in y]
(x async for x in y)
async def f():
    [(yield) for x in y]
x = 1 if y else yield
def f():
    yield = 1
def f(x=(yield)): pass
def f(x: int, /, y, *z: int, w=1, **k): global q; q = 1
def f(a, b):
    nonlocal c
def f():
    class A:
        nonlocal q
    q = 1
def f():
    global __class__
    super()
class A:
    def f(self):
        nonlocal __class__
        __class__ = 1
class A:
    __class__ = 1
    def f(self): return super
class A:
    x = 1
    def f(self):
        nonlocal x
def f():
    global x
    def g():
        nonlocal x
def f():
    global x, y
    x = 1
    del y
'''
# Every line that is not indented starts another example.
lines = src.strip('\n').split('\n')
ex = []
for ln in lines:
    cont = ln.startswith((' ', 'except', 'else', 'case')) 
    if ex and (cont):
        ex[-1] += '\n' + ln
    else: ex.append(ln)
multi = []
i = 0
while i < len(ex):
    e = ex[i]
    if e in ('"doc"', '"doc2"', 'x = 1') or (e == 'from __future__ import annotations' and i + 1 < len(ex)):
        j = i + 1
        acc = e
        while j < len(ex) and (ex[j].startswith(('from __future__', '"doc', 'def', 'x:'))):
            acc += '\n' + ex[j]
            j += 1
            multi.append(acc)
    i += 1
nest = []
for n in (19, 20, 21, 22):
    s = ''
    for i in range(n): s += ' ' * i + 'for x in y:\n'
    nest.append(s + ' ' * n + 'pass')
    s = ''
    for i in range(n): s += ' ' * i + 'with x:\n'
    nest.append(s + ' ' * n + 'pass')
    s = ''
    for i in range(n): s += ' ' * i + 'try:\n'
    s += ' ' * n + 'pass\n'
    for i in reversed(range(n)): s += ' ' * i + 'finally: z\n'
    if n < 21: nest.append(s)
nest += ['-' * n + '1' for n in (100, 1000, 2800)] + ['x' + '.a' * n for n in (100, 2000, 2990, 3500)] + ['x' + '()' * 2000]
nest += ['(' * 50 + ')' * 50, ', '.join('*a%d' % i for i in range(2)) + ' = x', ', '.join('a%d' % i for i in range(300)) + ', *b = x', '*a,' + ', '.join('a%d' % i for i in range(300)) + ' = x']


def attempt(source, mode, optimize, strict, flags):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('error' if strict else 'always')
        try:
            code = compile(source, 'f.py', mode, flags, True, optimize)
            parts = repr((code.co_code, code.co_linetable, code.co_exceptiontable, code.co_names))
            result = 'ok', hashlib.md5(parts.encode()).hexdigest()
        except RecursionError as e:
            result = 'RecursionError', str(e)
        except SyntaxError as e:
            result = (type(e).__name__, e.msg, e.lineno, e.offset, e.text, e.end_lineno,
                      e.end_offset)
        except Exception as e:
            result = type(e).__name__, str(e)
    return result, [(w.category.__name__, str(w.message), w.lineno) for w in seen]


for source in ex + multi + nest:
    for mode in 'exec', 'single':
        for optimize in 0, 2:
            for flags in 0, 0x2000:
                print(repr(source[:60]), mode, optimize, flags,
                      *attempt(source, mode, optimize, False, flags))
    print(repr(source[:60]), 'strict', *attempt(source, 'exec', 0, True, 0))

for source in (b'"abc\\n\xe8x"', b'"\xba"', b'"a\xba\\t"', b'f"a\xba\\t{1}"', b'f"ab\xba{1}"', b'f"{1}ab\xe8x"', b'rf"ab\xba{1}"',
               b'"\xe4\xb8\xad\xe8\\n"', b'"\xe4\xb8\xadx\xe8\xe8y\\n"', b'b"\xe8"', b'r"ab\\\xe8"', b'f"{1!r:\xe8\\n}"', b'f"{1:a\xe8}"',
               b'u"z\\x41\xf0\x9f\x98"'):
    print(source, *attempt(source, 'exec', 0, False, 0))
