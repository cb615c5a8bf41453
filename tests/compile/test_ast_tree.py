"""Trees: their shape and positions, their classes, the way back, validation."""
import ast
import _ast

SOURCES = '''
x = y = 1
x: int = 3; (x): int; x.y: z
x += 1; x @= y; x //= 2
def f(a, b=1, /, c=2, *d, e, f=3, **g) -> h: return a
async def f():\\n async for x in y: await z\\n async with a as b, c: yield
@d(1)\\nclass A(B, *C, m=D, **E): pass
for a, *b in c, d:\\n break\\nelse: pass
while (x := y): pass
if a: b\\nelif c: d\\nelse: e
with (a as b, c): pass
with (a, b) as c: pass
try: a\\nexcept (B, C) as d: e\\nexcept: f\\nelse: g\\nfinally: h
try: a\\nexcept* B: c
raise a from b
assert a, b
import a.b as c, d
from ... import a as b, c
from .x import *
def f():\\n global a, b\\n def g(): nonlocal c
del a, (b.c, [d[0]])
match a, *b:\\n case 1 | -2.5 | 3-4j | 'x' 'y' | None: p\\n case [a, *_, (b)] if c: p\\n case {1: x, a.b: _, **r}: p\\n case A(b, c=d) as e: p\\n case _: p
a or b and not c < d <= e is not f not in g
a | b ^ c & d << e + f * -g ** ~h
lambda x, *, y=1: x if y else z
[a for b in c if d if e for f in g]
{a: b for c in d}, {a for b in c}, (a for b in c), {**a, b: c}, {*a, b}
f(a, *b, c=d, **e)(x for y in z)
a.b[c][d:e, ::f, *g]
b'x' b'\\\\x41', u'a', 'a' "b", 1_000, 0xff, 1e3, 2j, ..., True
f'a{b!r:>{c}}d' f'{e=}' 'g{}'
(yield), (yield a), (yield from b)
x = (\\n  1,\\n  2)
'''

for line in SOURCES.strip().split('\n'):
    source = line.replace('\\n', '\n').replace('\\\\', '\\')
    tree = ast.parse(source)
    print(ast.dump(tree, include_attributes=True))
    try:
        compile(tree, '', 'exec')
    except SyntaxError as e:
        print(e)

print(ast.dump(ast.parse('a\n', mode='single')), ast.dump(ast.parse('(int, *str) -> x', mode='func_type')))
print(ast.dump(ast.parse('x = 1 # type: int\n# type: ignore[a]\n', type_comments=True)))
for version in (3, 4), (3, 6), (3, 7):
    for source in 'x: int', 'async def f(): await x', '1_0', "f'a'", '(a := b)', 'async = 1':
        try:
            print(version, ast.dump(ast.parse(source, feature_version=version)))
        except SyntaxError as e:
            print(version, source, e)

for name in sorted(dir(_ast)):
    cls = getattr(_ast, name)
    if isinstance(cls, type) and issubclass(cls, _ast.AST):
        print(name, cls.__bases__, cls._fields, cls._attributes, cls.__match_args__, cls.__doc__,
              cls.__module__, cls.__basicsize__, cls.__dictoffset__)
for make in (lambda: ast.Name(1, 2, 3), lambda: ast.Name(1, id=2), lambda: ast.Pass(1),
             lambda: ast.Name('x').__reduce__(), lambda: ast.Name(x=3).x, lambda: ast.arg().annotation):
    try:
        print(make())
    except TypeError as e:
        print(e)


def attempt(node, mode='exec'):
    try:
        compile(ast.fix_missing_locations(node), '', mode)
        print('ok')
    except (TypeError, ValueError, SyntaxError) as e:
        print(type(e).__name__, e)


X, P = ast.Name('x', ast.Load()), ast.Pass()
for statement in [ast.Expr(ast.Name('x', ast.Store())), ast.Assign([], X), ast.If(X, [], []),
                  ast.Expr(ast.BoolOp(ast.And(), [X])), ast.Expr(ast.Compare(X, [], [])),
                  ast.Try([P], [], [], []), ast.ImportFrom('x', [ast.alias('y')], -1), None, 3,
                  ast.Expr(ast.Constant([])), ast.Expr(ast.Name('None', ast.Load())),
                  ast.Match(X, [ast.match_case(ast.MatchAs(name='_'), None, [P])]),
                  ast.Match(X, [ast.match_case(ast.MatchValue(X), None, [P])]),
                  ast.Global(['x'], lineno=2, end_lineno=1), ast.Expr(), ast.Expr(None)]:
    attempt(ast.Module([statement] if statement != 3 else 3, []))
attempt(X, 'eval')
