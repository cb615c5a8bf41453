"""PEP 563: annotations as text."""
from __future__ import annotations

SOURCES = '''
lambda: x|lambda *a, b=1: x|lambda a, /, b=1, *c, d, **e: f|1 .real|(-1).x|(-1)**2|2**-1|--a|not not a
a and (b or c)|(a and b) or c|(a,)|()|x[a, b:c, *d]|x[()]|x[::c]|f(x for x in y)|f((x for x in y), 1)
f(*a, b=c, **d)|[x async for x in y if z if w]|{**a, 'b': 1}|{1, 2}|(a if b else c) if d else e
(lambda: a) if b else c|(a < b) < c|a is not b|a|(a - b) - c|a - (b - c)|(a ** b) ** c|1e400|-1e400j|...|u'a'
f'{a!r:>{w}}x{{}}'|f'{ {1: 2} }'|f'{(lambda x: 1)}'|f"{a['x']}"|f'{a=}'|lambda: (yield)|lambda: (a := b + c)
lambda: x[a:=1]|[x for x, in y]|[(x := 1) for y in z]|(a, b)[0]|10 ** 100|b'x'|a @ b // c % ~d
'''
for source in SOURCES.replace('\n', '|').strip('|').split('|'):
    namespace = {}
    try:
        exec('x: ' + source, namespace)
        print(source, '->', namespace['__annotations__']['x'])
    except SyntaxError as e:
        print(source, e)
