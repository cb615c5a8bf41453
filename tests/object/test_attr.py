"""Attributes: lookup order, hooks, errors, __dict__, __class__."""


def show(label, func):
    try:
        print(label, func())
    except Exception as error:
        print(label, type(error).__name__, error, getattr(error, 'name', '-'),
              type(getattr(error, 'obj', None)).__name__)


class Data:
    def __get__(self, instance, owner): return ('data', instance is None, owner.__name__)
    def __set__(self, instance, value): print('set', value)
    def __delete__(self, instance): print('delete')


class NonData:
    def __get__(self, instance, owner): return ('nondata', instance is None)


class OnlySet:
    def __repr__(self): return 'OnlySet()'
    def __set__(self, instance, value): print('only set', value)


class C:
    data, nondata, only, plain = Data(), NonData(), OnlySet(), 'class'


c = C()
for name in ('data', 'nondata', 'only', 'plain', 'missing'):
    show(name, lambda: type(getattr(c, name)).__name__)
    c.__dict__[name] = 'instance'
    show(name, lambda: getattr(c, name))
    show(name, lambda: getattr(C, name))
    show('set', lambda: setattr(c, name, 1))
    show('del', lambda: delattr(c, name))
    show('del', lambda: delattr(c, name))
show('class', lambda: C.missing)
show('del class', lambda: delattr(C, 'missing'))
for op in (1, 'x', [], int, None, len, c.__init__, object(), type, Ellipsis):
    show(type(op).__name__, lambda: op.missing)
    show(type(op).__name__, lambda: setattr(op, 'missing', 1) if op not in (C,) else 0)
    show(type(op).__name__, lambda: delattr(op, 'missing'))
show('read only', lambda: setattr('x', 'join', 1))
show('read only', lambda: setattr(1, 'real', 1))
show('read only', lambda: delattr(1, 'real'))
for name in (1, None, b'x'):
    show(name, lambda: getattr(c, name))
    show(name, lambda: setattr(c, name, 1))
    show(name, lambda: hasattr(c, name))


class Str(str):
    pass


setattr(c, Str('sub'), 5)
print(c.sub, getattr(c, Str('sub')), type(list(c.__dict__)[-1]).__name__)


class Hook:
    def __getattr__(self, name):
        if name == 'fail':
            raise KeyError(name)
        if name.startswith('_'):
            raise AttributeError('custom ' + name)
        return name

    @property
    def broken(self):
        raise AttributeError('inside')


h = Hook()
for name in ('x', 'fail', '_y', 'broken'):
    show(name, lambda: getattr(h, name))
    show(name, lambda: getattr(h, name, 'default'))
    show(name, lambda: hasattr(h, name))


class All:
    def __getattribute__(self, name):
        if name == 'x':
            return 1
        return object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        print('setattr', name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        print('delattr', name)
        object.__delattr__(self, name)


a = All()
a.y = 2
print(a.x, a.y, a.__dict__)
del a.y
show('y', lambda: a.y)

# __dict__
class P: pass
p = P()
p.a, p.b = 1, 2
d = p.__dict__
d['c'] = 3
print(p.c, list(d), vars(p) is d)
p.__dict__ = {'z': 1}
print(p.z, hasattr(p, 'a'), d)
for value in (1, None, []):
    show(value, lambda: setattr(p, '__dict__', value))
del p.__dict__
print(p.__dict__, hasattr(p, 'z'))
show('no dict', lambda: object().__dict__)
show('no dict', lambda: (1).__dict__)
show('exc', lambda: delattr(Exception(), '__dict__'))
many = P()
for i in range(100):
    setattr(many, 'n%d' % i, i)
print(len(many.__dict__), sum(many.__dict__.values()))
for i in range(0, 100, 2):
    delattr(many, 'n%d' % i)
print(list(many.__dict__)[:5], len(vars(many)))

# __slots__
class S:
    __slots__ = ('s', '__dict__')
s = S()
show('s', lambda: s.s)
show('del s', lambda: delattr(s, 's'))
s.s = 1
s.t = 2
print(s.s, s.t, s.__dict__, S.s, S.s.__get__(s), type(S.s).__name__)
show('wrong', lambda: S.s.__get__(1))
show('wrong', lambda: S.s.__set__(1, 2))

# __class__
class X: pass
class Y:
    def who(self): return 'Y'
class Z(Y): __slots__ = ('q',)
x = X()
x.v = 1
x.__class__ = Y
print(x.who(), x.v, type(x).__name__, x.__dict__)
for cls in (Z, int, 1, None, object, type):
    show(cls, lambda: setattr(x, '__class__', cls))
show('int', lambda: setattr(1, '__class__', X))
show('del', lambda: delattr(x, '__class__'))


class Liar:
    @property
    def __class__(self): return int


print(isinstance(Liar(), int), isinstance(Liar(), str), type(Liar()).__name__)
for args in ((1, int), (1, (str, (int,))), (1, int | str), (True, 1), (1, ()), (1, [int]),
             (1, list[int]), (1, (int, 1)), (1, None)):
    show(args, lambda: isinstance(*args))
    show(args, lambda: issubclass(type(args[0]), args[1]))
show('issub', lambda: issubclass(1, int))
show('abstract', lambda: issubclass(type('B', (), {'__bases__': (int,)})(), int))
print(sorted(n for n in dir(C()) if not n.startswith('__')), dir(type('D', (), {'__dir__': lambda s: ['b', 'a']})()))
show('dir', lambda: dir(type('D', (), {'__dir__': lambda s: 1})()))
show('dir', lambda: dir(type('D', (), {'__dir__': lambda s: [1, 'a']})()))
