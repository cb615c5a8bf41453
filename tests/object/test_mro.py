"""Method resolution order, version of lookups, changes of bases."""


def show(label, func):
    try:
        print(label, func())
    except Exception as error:
        print(label, type(error).__name__, error)


def names(cls):
    return [c.__name__ for c in cls.__mro__]


class O: pass
class A(O): pass
class B(O): pass
class C(A, B): pass
class D(B): pass
class E(C, D): pass
class F(A): pass


for cls in (O, A, B, C, D, E, F):
    print(names(cls), [c.__name__ for c in cls.mro()])
show('order', lambda: type('X', (A, C), {}))
show('order', lambda: type('X', (C, B, A), {}))
show('twice', lambda: type('X', (A, A), {}))
show('object first', lambda: type('X', (object, A), {}))

# A lookup is forgotten when a base changes.
a, e = A(), E()
show('before', lambda: e.value)
O.value = 1
print(e.value, a.value)
B.value = 2
print(e.value, a.value)
C.value = 3
print(e.value, a.value)
del C.value
print(e.value)
A.method = lambda self: 'A.method'
print(e.method())
E.method = lambda self: 'E.method'
print(e.method())
del E.method
print(e.method())

# slots follow their names, through subclasses
show('len', lambda: len(e))
O.__len__ = lambda self: 7
print(len(e), bool(e))
B.__len__ = lambda self: 0
print(len(e), bool(e))
A.__bool__ = lambda self: True
print(bool(e))
del B.__len__, A.__bool__
print(len(e), bool(e))
del O.__len__
show('len', lambda: len(e))
O.__hash__ = None
show('hash', lambda: hash(e))
del O.__hash__
print(hash(e) == object.__hash__(e))
O.__getattr__ = lambda self, name: name.upper()
print(e.missing)
O.__getattribute__ = lambda self, name: 'got ' + name
print(e.missing, e.method)
del O.__getattribute__
print(e.missing)
del O.__getattr__
show('missing', lambda: e.missing)
O.__eq__ = lambda self, other: 'equal'
print(e == 1, e != 1)
del O.__eq__
print(e == 1, e != 1)

# bases
F.__bases__ = (B,)
print(names(F))
for bases in [(), 1, (1,), (F,), (int,), (C, A), (list,), (E, A)]:
    show(bases, lambda: setattr(F, '__bases__', bases))
    print(names(F))
show('object', lambda: setattr(O, '__bases__', (int,)))
class G(F): pass
show('cycle', lambda: setattr(F, '__bases__', (G,)))
B.late = 'late'
print(G().late)
F.__bases__ = (A, D)
print(names(G), G in F.__subclasses__(), F in A.__subclasses__(), F in B.__subclasses__())


class Meta(type):
    def mro(cls):
        order = type.mro(cls)
        return [order[0], Extra] + order[1:] if cls.__name__ == 'Changed' else order


class Extra:
    def extra(self):
        return 'extra'


class Changed(metaclass=Meta):
    pass


print(names(Changed), Changed().extra())
for result in [[1], [], 5, [int], [str, int]]:
    class Odd(type):
        def mro(cls):
            return result
    show(result, lambda: Odd('X', (), {}))
