"""The six fields of SyntaxError for many broken sources."""
import warnings

warnings.simplefilter('ignore')

SOURCES = r'''
(
[(\n)
a)
(]
'abc
x = 'abc\ny
"""abc\n\ndef
1a
1__0
0x
0b2
0o18
012
1e+
1j2
a \\ b
a\\
x=1\n  y
if 1:\n  a\n b
if 1:\n\ta\n        b
if 1:\nx
a$
a\u20ac
\u00a0x
b'\u00e9'
'\\x'
'a' b'b'
for x in y z:\n p
class A z:\n p
def f z
def f(a) z
def f() -> :p
lambda x z
try z
try:\n p\nexcept x z:
try:\n p\nelse z
x if y z
del f()
del *x
from x import a,
from x import (a b)
print 1
exec 'x'
def f(a, (b, c)): p
def f(a=1,b): p
def f(/, a): p
def f(a,/,b,/): p
def f(*,a,/): p
def f(a=): p
def f(*): p
def f(*a=1): p
def f(*a,*b): p
def f(**k=1): p
def f(**k, a): p
lambda a=1,b: x
lambda (a):x
f(a=1, b)
f(**a, b)
f(**a, *b)
f(a for a in b, c)
f(c, a for a in b)
f(a=b for b in c)
f(True=1)
f(a.b=1)
f(a b)
f(c d)
{1:2, 3}
{1:*a}
{1:}
{**a for a in b}
[*a for a in b]
[a, b for a in b]
(*a)
(**a)
(a b)
(a\nb c)
(a if b)
(a.b := 1)
(a = 1)
(a.b = 1)
if x = 1: p
while f() = 1: p
1 = x
f() = x
f() = g() = 3
(a, 1) = x
None = 1
x = yield = 1
a + 1 = 2
... = 1
(a,b) += 1
f() += 1
[a,b]: int
a, b: int
f(): int
for 1 in x: p
for x+1 in y: p
[x for f() in y]
with f() as g(): p
with a as b
with (a as b)
try:\n p
try:\n p\nexcept a, b: p
try:\n p\nexcept*:\n p
try:\n p\nexcept a: p\nexcept *b: p
try: p\nfinally:\np
else: p
match x\n case y: p
match x:\ncase y: p
match x:\n case a as _: p
match x:\n case A(a=1, b): p
match x:\n case 1+2: p
match x:\n case {**_}: p
f'{a b}'
\n\nf'{a $ b}'
f'{a'
f'{}'
f'{!r}'
f'{a!x}'
f'}'
f'{a\\n}'
f'{(}'
f'{f"{}"}'
x = f"""{\na b}"""
f{a b}
:=98forabc
a := 1
'''

for line in SOURCES.strip('\n').split('\n'):
    source = line.encode('latin-1', 'backslashreplace').decode('unicode_escape')
    for mode in 'exec', 'eval', 'single':
        try:
            compile(source, '<test>', mode)
            print(mode, repr(source), 'ok')
        except SyntaxError as e:
            print(mode, repr(source), type(e).__name__, e.args)
        except ValueError as e:
            print(mode, repr(source), type(e).__name__, e)

for source in [b'#coding: foo\nx', b'\xff', b'#coding: latin-1\n\xff=$', b'\xef\xbb\xbf#coding: latin-1\n',
               b"'\xc3\xa9' $", b'#coding: utf8\nx\xff', b'a b\n\xff', b"'\xff'"]:
    try:
        compile(source, '<test>', 'exec')
        print(source, 'ok')
    except (SyntaxError, UnicodeError) as e:
        print(source, type(e).__name__, e.args)

for depth in 50, 199, 201:
    for open, close in '()', '[]':
        try:
            print(depth, open, len(compile(open * depth + close * depth, '', 'eval', 1024).__dict__))
        except SyntaxError as e:
            print(depth, open, e.msg)
for source in '-' * 7000 + '1', 'not ' * 7000 + '1':
    try:
        compile(source, '', 'eval')
    except (MemoryError, RecursionError) as e:
        print(type(e).__name__)

# What is nested deep and wrong is still read in linear time.
for opening in 'P(', 'P(x, ', 'P(x=', 'a.b(', 'P(x) | P(', 'P(x as ', '[P(', '{"a": P(':
    for inner in 'x', 'x y', '*', 'x=1, y':
        for closing in '', ')' * 60, ')' * 20:
            try:
                compile('match c:\n  case ' + opening * 60 + inner + closing + ': pass\n', '', 'exec')
            except SyntaxError as e:
                print(opening, inner, len(closing), e.args)
