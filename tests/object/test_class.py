"""Making classes: layouts, slots, hooks, errors."""
import gc


def show(label, func):
    try:
        print(label, func())
    except Exception as error:
        print(label, type(error).__name__, error)


def layout(cls):
    return (cls.__name__, cls.__basicsize__, cls.__itemsize__, cls.__dictoffset__,
            cls.__weakrefoffset__, hex(cls.__flags__ & ~0x80000))


class Plain:
    pass


class Empty:
    __slots__ = ()


class Two:
    __slots__ = ('b', 'a')


class Mixed(Two):
    pass


class Weak:
    __slots__ = ('__weakref__', 'x')


class Dict:
    __slots__ = ('__dict__', 'x')


BASES = [object, int, str, tuple, list, dict, set, frozenset, float, complex, bytes, bytearray,
         Exception, OSError, type, property, super, classmethod, staticmethod, Plain, Empty, Two,
         Mixed, Weak, Dict]
for base in BASES:
    print(layout(base))
    print(layout(type(base)('D', (base,), {})))
    show('slots', lambda: layout(type(base)('S', (base,), {'__slots__': ()})))
    show('one', lambda: layout(type(base)('S', (base,), {'__slots__': ('q',)})))
    show('dict', lambda: layout(type(base)('S', (base,), {'__slots__': ('__dict__',)})))
    show('weak', lambda: layout(type(base)('S', (base,), {'__slots__': '__weakref__'})))
for a in BASES:
    for b in BASES:
        show((a.__name__, b.__name__), lambda: layout(type('M', (a, b), {})))

for slots in [(1,), ('a b',), ('a', 'a'), 'abc', ['x', 'y'], {'k': 1}, ('__a', 'b'), 5, ('',),
              ('__dict__', '__dict__'), ('__weakref__', '__weakref__'), ('\ud800',), (b'x',)]:
    show(slots, lambda: type('_S', (), {'__slots__': slots}).__slots__)
show('conflict', lambda: type('S', (), {'__slots__': ('x',), 'x': 1}))
show('mangled', lambda: sorted(k for k in type('_S', (), {'__slots__': ('__p', '_q')}).__dict__
                               if 'p' in k or 'q' in k))

for args in [(), (1,), (1, 2), ('A', (), {}, 1), ('A', [], {}), ('A', (), []), (1, (), {}),
             ('A\0', (), {}), ('A', (1,), {}), ('A', (bool,), {}), ('A', (list[int],), {}),
             ('A', (int, str), {}), ('A', (object, object), {}), ('\ud800', (), {}),
             ('A', (), {'__qualname__': 1}), ('A', (), {'__classcell__': 1}),
             ('A', (), {'__doc__': 5}), ('A', (), {1: 2})]:
    show(args, lambda: type(*args))
show('kw', lambda: type('A', (), {}, x=1))
show('type kw', lambda: type(1, x=1))
show('init', lambda: type.__init__(Plain))


class Meta(type):
    def __prepare__(name, bases, **kwargs):
        print('prepare', name, bases, kwargs)
        return {'from_prepare': 1}

    def __new__(meta, name, bases, namespace, **kwargs):
        print('new', name, sorted(k for k in namespace if not k.startswith('__')), kwargs)
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **kwargs):
        print('init', name, kwargs)
        super().__init__(name, bases, namespace)

    def __call__(cls, *args):
        print('call', args)
        return super().__call__(*args)


class WithMeta(metaclass=Meta, flag=True):
    attribute = 2

    def __init__(self, *args):
        self.args = args


print(WithMeta(1, 2).args, type(WithMeta), WithMeta.from_prepare)


class Hook:
    def __set_name__(self, owner, name):
        print('set_name', owner.__name__, name)


class Registry:
    def __init_subclass__(cls, **kwargs):
        print('init_subclass', cls.__name__, kwargs)


class Child(Registry, extra=1):
    first = Hook()
    second = Hook()


class Bad:
    def __set_name__(self, owner, name):
        raise ValueError('no')


def bad():
    class Owner:
        attribute = Bad()


show('bad set_name', bad)
try:
    bad()
except RuntimeError as error:
    print(repr(error.__cause__))

# __new__ and __init__ with arguments
for new in (False, True):
    for init in (False, True):
        namespace = {}
        if new:
            namespace['__new__'] = lambda cls, *args: object.__new__(cls)
        if init:
            namespace['__init__'] = lambda self, *args: None
        cls = type('C', (), namespace)
        for args in ((), (1,)):
            show((new, init, args), lambda: type(cls(*args)).__name__)
            show('object.__new__', lambda: type(object.__new__(cls, *args)).__name__)
            show('object.__init__', lambda: object.__init__(cls.__new__(cls), *args))
show('none', lambda: type('I', (), {'__init__': lambda self: 5})())
show('not type', lambda: object.__new__(1))
show('not subtype', lambda: int.__new__(str))
show('unsafe', lambda: object.__new__(int))
show('no args', lambda: int.__new__())
print(list(Plain.__dict__), list(Two.__dict__))
print([k for k in type('Q', (), {'b': 1, 'a': 2}).__dict__])
gc.collect()
print(Plain.__subclasses__()[:1], Two.__subclasses__()[:1])
print(Plain.__name__, Plain.__qualname__, Plain.__module__, Plain.__doc__, Plain.__annotations__)
Plain.__name__, Plain.__qualname__, Plain.__doc__ = 'P', 'Q.P', 'text'
print(Plain, Plain.__doc__)
for name in ('__name__', '__qualname__', '__module__', '__bases__', '__doc__', '__dict__',
             '__mro__', '__abstractmethods__', '__annotations__', '__base__', '__flags__'):
    show(name, lambda: setattr(int, name, 1))
    show(name, lambda: delattr(int, name))
    show(name, lambda: delattr(Empty, name))
    if name not in ('__module__', '__doc__', '__annotations__', '__abstractmethods__'):
        show(name, lambda: setattr(Empty, name, 1))
