"""What RecursionError says, by what recurses."""
import abc
import copy
import functools
import json
import operator
import os
import pickle
import re
import sys
import traceback

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from builds import omitted


class Everything:
    pass


UNARY = ('__neg__', '__pos__', '__invert__', '__abs__', '__hash__', '__len__', '__bool__', '__int__', '__float__', '__index__',
         '__complex__', '__repr__', '__str__', '__bytes__', '__iter__', '__next__', '__reversed__', '__length_hint__', '__round__',
         '__trunc__', '__dir__', '__sizeof__', '__reduce__', '__copy__', '__call__', '__enter__', '__fspath__')
USES = {'__hash__': hash, '__len__': len, '__bool__': bool, '__int__': int, '__float__': float, '__index__': operator.index,
        '__complex__': complex, '__repr__': repr, '__str__': str, '__bytes__': bytes, '__iter__': iter, '__next__': next,
        '__reversed__': reversed, '__length_hint__': operator.length_hint, '__round__': round, '__trunc__': __import__('math').trunc,
        '__dir__': dir, '__sizeof__': sys.getsizeof, '__reduce__': copy.copy, '__copy__': copy.copy, '__call__': lambda x: x(),
        '__neg__': operator.neg, '__pos__': operator.pos, '__invert__': operator.invert, '__abs__': abs,
        '__enter__': lambda x: x.__enter__(), '__fspath__': __import__('os').fspath}
BINARY = {'__add__': '+', '__sub__': '-', '__mul__': '*', '__truediv__': '/', '__floordiv__': '//', '__mod__': '%',
          '__matmul__': '@', '__and__': '&', '__or__': '|', '__xor__': '^', '__lshift__': '<<', '__rshift__': '>>',
          '__eq__': '==', '__ne__': '!=', '__lt__': '<', '__le__': '<=', '__gt__': '>', '__ge__': '>=', '__contains__': 'in',
          '__pow__': '**'}
EXCEEDED = 'maximum recursion depth exceeded'


def show(name, function, *args):
    """Every kind is specialised first, then run from several depths: the place where it ends differs."""
    texts = set()
    for depth in 0, 1, 0, 1, 2, 3, 4, 5:
        if depth == 2:
            texts.clear()
        def deeper(n):
            return deeper(n - 1) if n else function(*args)
        try:
            result = deeper(depth)
        except RecursionError as error:
            texts.add((len(list(traceback.walk_tb(error.__traceback__))), str(error).replace(EXCEEDED, '')))
        except BaseException as error:
            texts.add((type(error).__name__, re.sub('0x[0-9a-f]+', '', str(error))[:100]))
        else:
            texts.add(('fine', type(result).__name__))
    print(name, sorted(texts))


for name in UNARY:
    use = USES[name]
    Direct = type('Direct', (), {name: lambda self, *args: use(self)})
    show('unary ' + name, use, Direct())
    namespace = {'use': use}
    exec('def %s(self, *args): return [use(self)][0]' % name, namespace)
    Inner = type('Inner', (), {name: namespace[name]})
    show('unary in a list ' + name, use, Inner())
for name, sign in BINARY.items():
    namespace = {}
    exec('def method(self, other): return self %s other' % sign, namespace)
    exec('def turned(self, other): return other %s self' % sign, namespace)
    exec('def use(x, y): return x %s y' % sign, namespace)
    Direct = type('Direct', (), {name: namespace['method']})
    show('binary ' + name, namespace['use'], Direct(), Direct())
    show('binary operator ' + name, getattr(operator, name, namespace['use']), Direct(), Direct())
    if sign not in ('in', '==', '!=', '<', '<=', '>', '>='):
        Turned = type('Turned', (), {'__r' + name[2:]: namespace['turned']})
        show('turned ' + name, namespace['use'], 1, Turned())
        namespace = {}
        exec('def method(self, other):\n    self %s= other\n    return self' % sign, namespace)
        exec('def use(x, y):\n    x %s= y' % sign, namespace)
        show('in place ' + name, namespace['use'], type('InPlace', (), {'__i' + name[2:]: namespace['method']})(), 1)


class Attribute:
    def __getattr__(self, name):
        return getattr(self, name + 'x' if len(name) < 3 else name)


class AttributeDirect:
    def __getattr__(self, name):
        return self.y


class AttributeAlways:
    def __getattribute__(self, name):
        return self.y


class AttributeSuper:
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)

    @property
    def y(self):
        return self.y

    @functools.cached_property
    def z(self):
        return self.z


class Set:
    def __setattr__(self, name, value):
        self.y = value

    def __delattr__(self, name):
        del self.y

    def __setitem__(self, key, value):
        self[key] = value

    def __delitem__(self, key):
        del self[key]

    def __getitem__(self, key):
        return self[key]

    def __missing__(self, key):
        return self[key]

    def __format__(self, spec):
        return f'{self:x}'

    def __getstate__(self):
        return pickle.dumps(self)

    def __instancecheck__(self, other):
        return isinstance(other, self)

    def __subclasscheck__(self, other):
        return issubclass(other, self)

    def __class_getitem__(cls, item):
        return cls[item]


class Property:
    @property
    def p(self):
        return self.p

    @p.setter
    def p(self, value):
        self.p = value

    @p.deleter
    def p(self):
        del self.p


class Descriptor:
    def __get__(self, instance, owner):
        return instance.d

    def __set__(self, instance, value):
        instance.d = value

    def __delete__(self, instance):
        del instance.d


class WithDescriptor:
    d = Descriptor()


class Missing(dict):
    def __missing__(self, key):
        return self[key]


class New:
    def __new__(cls):
        return cls()


class Init:
    def __init__(self):
        Init()


class InitKeywords:
    def __init__(self, **keywords):
        type(self)(a=1)


class Meta(type):
    def __call__(cls):
        return cls()

    def __getattr__(cls, name):
        return cls.y

    def __instancecheck__(cls, other):
        return isinstance(other, cls)

    def __subclasscheck__(cls, other):
        return issubclass(other, cls)


class OfMeta(metaclass=Meta):
    pass


class Subclass:
    def __init_subclass__(cls):
        class Next(Subclass):
            pass


class SetName:
    def __set_name__(self, owner, name):
        type('X', (), {'a': self})


class Finder:
    def __eq__(self, other):
        return self in [other]

    def __hash__(self):
        return 1


class InTuple:
    def __eq__(self, other):
        return (self,) == (InTuple(),)

    def __lt__(self, other):
        return [self] < [InTuple()]

    def __repr__(self):
        return repr([self, (self,)])

    def __hash__(self):
        return hash((self,))

    def __bool__(self):
        return not self

    def __iter__(self):
        return iter([*self])

    def __len__(self):
        return len(list(self))

    def __str__(self):
        return '%s' % self


def with_exit():
    class Manager:
        def __enter__(self):
            with self:
                pass

        def __exit__(self, *args):
            pass
    with Manager():
        pass


def direct():
    return direct()


def keywords(a=1, *, b=2):
    return keywords(b=a, a=b)


def star(*args, **kwargs):
    return star(*args, **kwargs)


def generator():
    yield from generator()


def generator_loop():
    for x in generator_loop():
        yield x


def in_comprehension():
    return [in_comprehension() for _ in (1,)]


def in_generator():
    return list(in_generator() for _ in (1,))


async def coroutine():
    await coroutine()


def run(c):
    c.send(None)


def by_map(n=0):
    return list(map(by_map, [1]))


def by_sorted(n=0):
    return sorted([1, 2], key=by_sorted)


def by_max(n=0):
    return max([1, 2], key=by_max)


def by_partial():
    return functools.partial(by_partial)()


@functools.lru_cache(maxsize=10)
def by_cache(n=0):
    return by_cache(n + 1)


@functools.lru_cache(maxsize=None)
def by_cache_unbounded(n=0):
    return by_cache_unbounded(n + 1)


def by_apply():
    return operator.call(by_apply) if hasattr(operator, 'call') else None


def by_getattr():
    return operator.methodcaller('m')(type('X', (), {'m': lambda self: by_getattr()})())


def by_exec():
    exec('by_exec()', globals())


def by_eval():
    return eval('by_eval()')


def by_sub(m=None):
    return re.sub('a', by_sub, 'a')


def by_reduce(a=1, b=2):
    return functools.reduce(by_reduce, [1, 2])


def by_class():
    class Body:
        by_class()


def by_import():
    import_hook = lambda *args: by_import()
    return import_hook()


def by_handler():
    try:
        raise ValueError
    except ValueError:
        by_handler()


def by_finally():
    try:
        pass
    finally:
        by_finally()


def by_with():
    class Manager(abc.ABC):
        def __enter__(self):
            by_with()

        def __exit__(self, *args):
            pass
    with Manager():
        pass


def by_call_of_bound():
    return by_call_of_bound.__call__()


def by_method_type():
    return type(InTuple().__repr__)(lambda self: by_method_type(), 1)()


def by_json(o=None):
    return json.dumps(object(), default=by_json)


def nested(kind, n=100000):
    x = kind()
    for _ in range(n):
        x = kind([x]) if kind is not dict else {1: x}
    return x


x = Set()
for name, function, args in (
        ('getattr', getattr, (Attribute(), 'a')), ('attribute', lambda: AttributeDirect().y, ()),
        ('getattribute', lambda: AttributeAlways().y, ()), ('property behind getattribute', lambda: AttributeSuper().y, ()),
        ('cached property', lambda: AttributeSuper().z, ()), ('set', setattr, (x, 'a', 1)), ('del', delattr, (x, 'a')),
        ('setitem', operator.setitem, (x, 1, 1)), ('delitem', operator.delitem, (x, 1)), ('getitem', lambda: x[1], ()),
        ('operator.getitem', operator.getitem, (x, 1)), ('format', format, (x,)), ('f-string', lambda: f'{x}', ()),
        ('pickle', pickle.dumps, (x,)), ('isinstance', isinstance, (1, x)), ('issubclass', issubclass, (int, x)),
        ('class getitem', lambda: Set[1], ()), ('property', lambda: Property().p, ()), ('property set', setattr, (Property(), 'p', 1)),
        ('property del', delattr, (Property(), 'p')), ('descriptor', lambda: WithDescriptor().d, ()),
        ('descriptor set', setattr, (WithDescriptor(), 'd', 1)), ('descriptor del', delattr, (WithDescriptor(), 'd')),
        ('missing', lambda: Missing()[1], ()), ('new', New, ()), ('init', Init, ()), ('init keywords', InitKeywords, ()),
        ('meta call', OfMeta, ()), ('meta attribute', lambda: OfMeta.y, ()), ('meta isinstance', isinstance, (1, OfMeta)),
        ('meta issubclass', issubclass, (int, OfMeta)), ('init subclass', type, ('X', (Subclass,), {})),
        ('set name', type, ('X', (), {'a': SetName()})), ('finder', lambda: Finder() == Finder(), ()),
        ('finder in dict', lambda: {Finder(): 1}[Finder()], ()), ('finder in list', lambda: [Finder()].index(Finder()), ()),
        ('in tuple eq', lambda: InTuple() == InTuple(), ()), ('in tuple lt', lambda: InTuple() < InTuple(), ()),
        ('in tuple repr', repr, (InTuple(),)), ('in tuple hash', hash, (InTuple(),)), ('in tuple bool', bool, (InTuple(),)),
        ('in tuple iter', iter, (InTuple(),)), ('in tuple len', len, (InTuple(),)), ('in tuple str', str, (InTuple(),)),
        ('print', print, (InTuple(),)), ('sort', lambda: [InTuple(), InTuple()].sort(), ()), ('with exit', with_exit, ()),
        ('direct', direct, ()), ('keywords', keywords, ()), ('star', star, (1,)), ('star keywords', lambda: star(a=1), ()),
        ('generator', lambda: list(generator()), ()), ('generator loop', lambda: list(generator_loop()), ()),
        ('next', lambda: next(generator()), ()), ('comprehension', in_comprehension, ()), ('genexp', in_generator, ()),
        ('coroutine', lambda: run(coroutine()), ()), ('map', by_map, ()), ('sorted', by_sorted, ()), ('max', by_max, ()),
        ('partial', by_partial, ()), ('cache', by_cache, ()), ('cache unbounded', by_cache_unbounded, ()),
        ('operator.call', by_apply, ()), ('methodcaller', by_getattr, ()), ('exec', by_exec, ()), ('eval', by_eval, ()),
        ('sub', by_sub, ()), ('reduce', by_reduce, ()), ('class', by_class, ()), ('import', by_import, ()),
        ('handler', by_handler, ()), ('finally', by_finally, ()), ('with', by_with, ()), ('bound call', by_call_of_bound, ()),
        ('method type', by_method_type, ()), ('json default', by_json, ())):
    show(name, function, *args)

for kind in list, tuple, dict:
    value = nested(kind)
    other = nested(kind)
    for name, function in (('repr', repr), ('eq', lambda v: v == other), ('json', json.dumps), ('pickle', pickle.dumps),
                           ('python pickle', pickle._dumps), ('python json', json.JSONEncoder(indent=1).encode),
                           ('hash', hash), ('marshal', __import__('marshal').dumps), ('deepcopy', copy.deepcopy),
                           ('isinstance', lambda v: isinstance(1, v)), ('str', str), ('format', format), ('lt', lambda v: v < other),
                           ('print', print)):
        if name != 'hash' or 'deep-hash' not in omitted():
            show(kind.__name__ + ' ' + name, function, value)
show('json text', json.loads, '[' * 100000)
show('json text of objects', json.loads, '{"a":' * 100000)
show('literal', __import__('ast').literal_eval, '(' * 150 + '1' + ')' * 150)
show('literal minus', __import__('ast').literal_eval, '-' * 5000 + '1')
show('compile', compile, '+'.join(['a'] * 20000), '', 'eval')
show('compile attributes', compile, 'a' + '.b' * 20000, '', 'eval')
show('compile calls', compile, 'a' + '()' * 20000, '', 'eval')
show('compile not', compile, 'not ' * 20000 + 'a', '', 'eval')
show('compile lambda', compile, 'lambda:' * 20000 + 'a', '', 'eval')
show('compile if', compile, '\n'.join(' ' * i + 'if a:' for i in range(90)) + '\n' + ' ' * 95 + 'b', '', 'exec')
show('re', re.compile, '(' * 20000 + ')' * 20000)
show('abc', isinstance, 1, abc.ABCMeta('A', (), {'__subclasshook__': classmethod(lambda cls, other: issubclass(other, cls))}))
