"""property, classmethod, staticmethod, super, bound methods, modules."""
import types


def show(label, func):
    try:
        print(label, func())
    except Exception as error:
        print(label, type(error).__name__, error)


class P:
    def getter(self):
        "the doc"
        return self.__dict__.get('v', 0)

    def setter(self, value):
        self.__dict__['v'] = value

    both = property(getter, setter)
    documented = property(getter, doc='own')
    nothing = property()

    @property
    def only(self):
        "only doc"
        return 1

    @only.deleter
    def only(self):
        print('deleted')


p = P()
for name in ('both', 'documented', 'nothing', 'only'):
    prop = getattr(P, name)
    print(name, prop.__doc__, [f and f.__name__ for f in (prop.fget, prop.fset, prop.fdel)])
    show('get', lambda: getattr(p, name))
    show('set', lambda: setattr(p, name, 5))
    show('del', lambda: delattr(p, name))
show('abstract', lambda: property().__isabstractmethod__)
show('too many', lambda: property(1, 2, 3, 4, 5))
show('keyword', lambda: property(x=1))
show('call', lambda: property(1).__get__(2))
show('name', lambda: property().__set_name__(1))


class SubProperty(property):
    "class doc"


print(SubProperty(P.getter).__doc__, SubProperty(P.getter, doc='x').__doc__)


class M:
    @classmethod
    def c(cls, *args): return cls.__name__, args

    @staticmethod
    def s(*args): return args

    def f(self, *args, **kwargs): return args, kwargs


class N(M):
    def f(self, *args): return 'N', super().f(*args)

    @classmethod
    def c(cls, *args): return 'N', super().c(*args)


m, n = M(), N()
print(m.c(1), M.c(), n.c(2), N.c(3), m.s(4), M.s(), n.f(1, 2))
print(M.__dict__['c'].__func__ is M.__dict__['c'].__wrapped__, M.__dict__['s'](1),
      M.__dict__['c'].__name__)
for cls in (classmethod, staticmethod):
    show('args', lambda: cls())
    show('args', lambda: cls(1, 2))
    show('args', lambda: cls(x=1))
    show('repr', lambda: repr(cls(1)))
    show('get', lambda: cls(1).__get__(None, int))
show('none', lambda: classmethod(len).__get__(None))
show('call', lambda: classmethod(len)())
show('static', lambda: staticmethod(len)([1]))
f = m.f
print(f.__self__ is m, f.__func__ is M.f, f.__name__, f == m.f, f is m.f, hash(f) == hash(m.f),
      f == M().f, f(1, a=2), f.__qualname__, f.__doc__)
show('attribute', lambda: setattr(f, 'x', 1))
show('attribute', lambda: f.missing)
show('make', lambda: types.MethodType(1, 2))
show('make', lambda: types.MethodType(len, None))
show('make', lambda: types.MethodType(len, [1, 2])())
show('make', lambda: types.MethodType(len))

print(super(N, n).f(1), super(N, N).c(), super(N, n).__thisclass__, super(N, n).__self_class__)
for args in ((1,), (int, 'x'), (N, M()), (N,), (N, n, 1), (M, N)):
    show(len(args), lambda: repr(super(*args)).split(' object')[0])
show('no arguments', lambda: super())
show('missing', lambda: super(N, n).missing)
show('class', lambda: super(N, n).__class__)
show('unbound', lambda: super(N).f)


class Del:
    def f(self):
        del self
        return super()

    def g():
        return super()

    def h(self):
        __class__
        def inner():
            return super()
        return inner()


show('deleted', lambda: Del().f())
show('no argument', lambda: Del.g())
show('inner', lambda: Del().h())

mod = types.ModuleType('name', 'doc')
print(mod.__dict__, mod.__name__, mod.__doc__)
show('missing', lambda: mod.missing)
mod.__getattr__ = lambda name: 'hook ' + name
print(mod.missing)
del mod.__getattr__
mod.__dir__ = lambda: ['b', 'a']
print(dir(mod), mod.__annotations__)
show('args', lambda: types.ModuleType())
show('args', lambda: types.ModuleType(1))
show('args', lambda: types.ModuleType('a', b=1))
show('dict', lambda: setattr(mod, '__dict__', {}))
del mod.__name__
show('nameless', lambda: mod.missing)
show('repr', lambda: repr(mod))


class Mod(types.ModuleType):
    @property
    def prop(self): return 'prop'


mod.__class__ = Mod
print(mod.prop)
cell = types.CellType(5)
print(cell.cell_contents, cell == types.CellType(5), cell < types.CellType(6), types.CellType() < cell)
del cell.cell_contents
show('empty', lambda: cell.cell_contents)
cell.cell_contents = cell
show('args', lambda: types.CellType(1, 2))
for value in (None, NotImplemented, Ellipsis):
    print(repr(value), type(value)() is value, type(value).__name__)
    show('args', lambda: type(value)(1))
    show('subclass', lambda: type('X', (type(value),), {}))
