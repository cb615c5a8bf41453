# slow: compiles extension modules
"""Extensions in C, C++ and the limited API: built with this interpreter's headers, run here and, the same
file, by the reference."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = '/usr/bin/python3.11'
KRAIT = sys.version.find('Krait') >= 0
INCLUDE = os.path.join(HERE, '../../include') if KRAIT else '/usr/include/python3.11'
FLAGS = ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers',
         '-Wno-cast-function-type', '-I' + INCLUDE]

EXERCISE = r'''
import gc, sys, weakref, datetime
sys.path.insert(0, sys.argv[1])
import ext_full, ext_limited, ext_cpp

def show(name, call):
    try:
        print(name, repr(call()))
    except Exception as e:
        print(name, type(e).__name__, e)

# -- ext_full: members
f = ext_full.Fields()
for name in sorted(n for n in dir(f) if n.endswith('_') and not n.startswith('_')):
    show(name, lambda: getattr(f, name))
    for value in (1, -1, 2**31, 2**63, 2**64, 1.5, 'x', b'x', None, True):
        def change():
            setattr(f, name, value)
            return getattr(f, name)
        show('  %s %r' % (name, value), change)
    def remove():
        delattr(f, name)
    show('  del ' + name, remove)
for name in ('text', 'inplace', 'none', 'readonly', 'object', 'object_ex'):
    show(name, lambda: getattr(f, name))
    show('  set ' + name, lambda: setattr(f, name, f))
    show('  del ' + name, lambda: delattr(f, name))
f.twice = 20
print(f.twice, f.twice_more, f.long_)
show('del', lambda: delattr(f, 'twice'))
show('set', lambda: setattr(f, 'twice_more', 1))
print(f(), f(1), f(1, 2, a=3), ext_full.Fields.__doc__, ext_full.Fields.__text_signature__)
g = ext_full.Fields()
g.long_ = 30
print(f == g, f < g, f <= g, f != g, f > g, f >= g, hash(g), f == 1)
f.anything = 1
print(f.__dict__, sorted(vars(ext_full.Fields))[:5])
f.object, g.object, r = g, f, weakref.ref(f)
del f, g
gc.collect()
print(r())
chain = None
for i in range(100000):
    link = ext_full.Fields()
    link.object = chain
    chain = link
del chain, link
class Sub(ext_full.Fields):
    __slots__ = ('more',)
s = Sub()
s.more, s.int_ = 1, 5
print(s.more, s.readonly, isinstance(s, ext_full.Fields), Sub.__basicsize__ - ext_full.Fields.__basicsize__)

# -- ext_full: the rest
block = ext_full.make_block(b'abcdef')
view = memoryview(block)
view[1] = 66
print(bytes(block), len(block), block[1], list(block), view.format, view.readonly)
match block:
    case [first, *_]:
        print(first)
show('Block', ext_full.Block)
show('make_block', lambda: ext_full.make_block('x'))
print(ext_full.containers())
for text in ('', 'A1', 'é', '\u1e00x', '\U0001f600', ' ', '9', '\n', '\u01c5', 1):
    show('text %a' % (text,), lambda: ext_full.text(text))
    show('writer %a' % (text,), lambda: ext_full.writer(str(text)))
print(ext_full.surrogates())
show('bytes', lambda: ext_full.bytes_and_numbers(b'one', bytearray(b'two'), 2.5))
show('bytes', lambda: ext_full.bytes_and_numbers(b'one', b'two', 2.5))
show('bytes', lambda: ext_full.bytes_and_numbers(b'one', bytearray(), 2))
print(ext_full.digits(-2**100 + 1), ext_full.digits(0))
def outer(x):
    def inner(a, b=2, *c):
        return x
    return inner
inner = outer(5)
show('function', lambda: ext_full.functions(inner))
class C:
    def method(self): pass
c = C()
print(ext_full.functions(c.method) == (C.method, c))
for value in (ext_full.text, len, [].append, weakref.ref(c), (x for x in ()), sys, ValueError(), int, slice(1)):
    show(type(value).__name__, lambda: type(ext_full.functions(value)) if isinstance(value, weakref.ref) else ext_full.functions(value))
show('calls', lambda: ext_full.calls('x'))
show('keywords', lambda: ext_full.keywords('a\0b', third=1))
show('keywords', lambda: ext_full.keywords('a', 2, 3))
show('keywords', lambda: ext_full.keywords())
show('keywords', lambda: ext_full.keywords('a', fourth=3))
utc = datetime.timezone.utc
for value in (datetime.datetime(2001, 2, 3, 4, 5, 6, 7, fold=1), datetime.datetime(1, 1, 1, tzinfo=utc),
              datetime.time(1, 2, 3, 4, fold=1), datetime.time(5, tzinfo=utc), datetime.timedelta(-1, 5, 6), None):
    show('dates', lambda: ext_full.dates(value))
print(ext_full.memory(), ext_full.marshalled({'a': [1, 2.5, (None, b'x')]}))
show('marshalled', lambda: ext_full.marshalled(object))
show('indices', lambda: ext_full.indices(slice(None, None, -2), 9))
show('indices', lambda: ext_full.indices(slice('x'), 9))
show('indices', lambda: ext_full.indices(slice(None, None, 0), 9))
def caller():
    return ext_full.frame_line()
print(caller())
p = ext_full.point()
print(p, p.label, len(p), p.n_fields, p.n_sequence_fields, p.__reduce__()[1])
print(ext_full.misc(), ext_full.METH_FASTCALL, ext_full.PY_VERSION)

# -- the limited API
k = ext_limited.Counter()
show('last', lambda: k.last)
print(k(), k(by=5), len(k), k.last, k + 1, 1 + k, k + k, ext_limited.Counter.__doc__, ext_limited.Counter.__module__)
show('call', lambda: k('x'))
show('fail', lambda: ext_limited.fail(3))
print(ext_limited.Error.__mro__, ext_limited.sum(range(10)), ext_limited.text('a\xe9\u20ac'))
show('sum', lambda: ext_limited.sum([1, 'x']))
show('sum', lambda: ext_limited.sum(1))
class MyCounter(ext_limited.Counter): pass
m = MyCounter()
m.self = m
print(m(), type(m).__basicsize__ >= type(k).__basicsize__)
del m
gc.collect()
sys.modules.pop('ext_limited')
import ext_limited as again
print(again is not ext_limited, again.Counter is not ext_limited.Counter)

# -- C++
print(ext_cpp.join(['a', 'b\xe9']), ext_cpp.reversed('ab\u20ac'), ext_cpp.reversed(1), ext_cpp.both(1, 2))
show('join', lambda: ext_cpp.join(['a', '']))
show('join', lambda: ext_cpp.join(5))
show('join', lambda: ext_cpp.join([5]))
print(ext_cpp.Shape(1, 2.5).perimeter, ext_cpp.today_is_date(datetime.date.today()), ext_cpp.today_is_date(1))
show('Shape', lambda: ext_cpp.Shape('x'))
'''


def build(folder):
    for source, target, compiler in (('ext_full.c', 'ext_full.so', ['gcc', '-std=gnu11']),
                                     ('ext_limited.c', 'ext_limited.abi3.so', ['gcc', '-std=c99']),
                                     ('ext_cpp.cpp', 'ext_cpp.so', ['g++', '-std=c++11'])):
        subprocess.run(compiler + FLAGS + [os.path.join(HERE, source), '-o', os.path.join(folder, target)], check=True)
    for standard in ('c++14', 'c++17', 'c++20'):
        subprocess.run(['g++', '-std=' + standard, '-fsyntax-only'] + FLAGS[3:] + [os.path.join(HERE, 'ext_cpp.cpp')],
                       check=True)
    subprocess.run(['gcc', '-std=c99', '-fsyntax-only'] + FLAGS[3:] + [os.path.join(HERE, 'ext_full.c')], check=True)


def run(interpreter, folder):
    done = subprocess.run([interpreter, '-c', EXERCISE, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return 'exit %d\n%s%s' % ((done.returncode,) + tuple(s.decode('utf-8', 'backslashreplace')
                                                          for s in (done.stdout, done.stderr)))


with tempfile.TemporaryDirectory() as folder:
    build(folder)
    here = run(sys.executable, folder)
    print(here)
    print('the reference agrees:', run(REFERENCE, folder) == here)
