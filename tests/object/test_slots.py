"""Dunder methods called by operators: every one, present, missing and failing."""
import operator


def show(label, func):
    try:
        print(label, func())
    except Exception as error:
        print(label, type(error).__name__, error)


class Full:
    def __init__(self, tag):
        self.tag = tag

    def __repr__(self):
        return 'Full(%s)' % self.tag


def binary(name):
    def method(self, other):
        return '%s.%s(%s)' % (self.tag, name, other)
    method.__name__ = name
    return method


NAMES = ['add', 'sub', 'mul', 'matmul', 'truediv', 'floordiv', 'mod', 'divmod', 'pow', 'lshift',
         'rshift', 'and', 'xor', 'or']
for name in NAMES:
    setattr(Full, '__%s__' % name, binary('__%s__' % name))
    setattr(Full, '__r%s__' % name, binary('__r%s__' % name))


class Sub(Full):
    pass


class Over(Full):
    def __radd__(self, other):
        return 'over.__radd__'


class Declines:
    def __repr__(self): return 'Declines()'

    def __add__(self, other):
        return NotImplemented
    __radd__ = __sub__ = __lt__ = __eq__ = __add__


OPERATORS = [operator.add, operator.sub, operator.mul, operator.matmul, operator.truediv,
             operator.floordiv, operator.mod, divmod, pow, operator.lshift, operator.rshift,
             operator.and_, operator.xor, operator.or_]
for op in OPERATORS:
    for left, right in [(Full('a'), 1), (1, Full('b')), (Full('a'), Full('b')),
                        (Full('a'), Sub('b')), (Sub('a'), Full('b')), (Full('a'), Over('b')),
                        (Declines(), Full('b')), (Declines(), Declines()), (object(), 1),
                        (None, 'x'), ([], {})]:
        show((op.__name__, type(left).__name__, type(right).__name__), lambda: op(left, right))
show('pow3', lambda: pow(Full('a'), 2, 3))
show('pow3', lambda: pow(2, Full('a'), 3))
show('pow3', lambda: pow(2, 3, Full('a')))
show('pow3', lambda: pow('x', 3, 4))
INPLACE = [operator.iadd, operator.isub, operator.imul, operator.imatmul, operator.itruediv,
           operator.ifloordiv, operator.imod, operator.ipow, operator.ilshift, operator.irshift,
           operator.iand, operator.ixor, operator.ior]
for op in INPLACE:
    show(op.__name__, lambda: op(Full('a'), 1))
    show(op.__name__, lambda: op(object(), 1))
for op in (operator.neg, operator.pos, operator.invert, abs, int, float, complex, operator.index,
           round, hash, len, iter, next, reversed, bool, str, bytes):
    if op not in (hash, bool, str):
        show(op.__name__, lambda: op(Declines()))
for op in (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge):
    show(op.__name__, lambda: op(Declines(), 1))
    show(op.__name__, lambda: op(Declines(), Declines()))
    show(op.__name__, lambda: op(1, 'x'))


def klass(**methods):
    return type('K', (), methods)()


show('repr', lambda: repr(klass(__repr__=lambda s: 1)))
show('str', lambda: str(klass(__str__=lambda s: b'')))
show('bytes', lambda: bytes(klass(__bytes__=lambda s: '')))
show('format', lambda: format(klass(__format__=lambda s, f: 1)))
show('hash', lambda: hash(klass(__hash__=lambda s: 'x')))
show('hash', lambda: hash(klass(__hash__=lambda s: -1)))
show('hash', lambda: hash(klass(__hash__=lambda s: 1 << 70)))
show('hash', lambda: hash(klass(__hash__=lambda s: True)))
show('hash', lambda: hash(klass(__eq__=lambda s, o: True)))
show('bool', lambda: bool(klass(__bool__=lambda s: 1)))
show('bool', lambda: bool(klass(__len__=lambda s: -1)))
show('len', lambda: len(klass(__len__=lambda s: 1.5)))
show('len', lambda: len(klass(__len__=lambda s: 1 << 70)))
show('len', lambda: len(klass(__len__=lambda s: True)))
show('index', lambda: operator.index(klass(__index__=lambda s: 'x')))
show('int', lambda: int(klass(__int__=lambda s: 1.0)))
show('float', lambda: float(klass(__float__=lambda s: 1)))
show('iter', lambda: iter(klass(__iter__=lambda s: 1)))
show('iter', lambda: iter(klass(__iter__=None)))
show('iter', lambda: list(klass(__getitem__=lambda s, i: [1, 2][i])))
show('contains', lambda: 1 in klass(__contains__=None))
show('contains', lambda: 1 in klass(__contains__=lambda s, x: 'yes'))
show('contains', lambda: 1 in klass(__iter__=lambda s: iter([1])))
show('contains', lambda: 1 in klass())
show('getitem', lambda: klass()[0])
show('getitem', lambda: klass(__getitem__=lambda s, k: k)[1:2, ...])
show('setitem', lambda: operator.setitem(klass(), 0, 1))
show('delitem', lambda: operator.delitem(klass(), 0))
show('call', lambda: klass()())
show('call', lambda: klass(__call__=lambda *a, **k: (len(a), k))(1, 2, z=3))
show('length_hint', lambda: operator.length_hint(klass(__length_hint__=lambda s: -1)))
show('length_hint', lambda: operator.length_hint(klass(__length_hint__=lambda s: 'x')))
show('length_hint', lambda: operator.length_hint(klass(__length_hint__=lambda s: NotImplemented), 4))
show('instance', lambda: klass().__len__)


class Container:
    def __getitem__(self, key): return ('get', key)
    def __setitem__(self, key, value): print('set', key, value)
    def __delitem__(self, key): print('del', key)
    def __missing__(self, key): return 1


c = Container()
c[1] = 2
c[1:2] = 3
del c[1], c[::2]
print(c[0], c[-1:])

# wrappers: the C slots as methods
for text in ("(1).__add__(2)", "(1).__add__('x')", "(1).__radd__(5)", "(2).__pow__(3)",
             "(2).__pow__(3, 5)", "(2).__rpow__(3)", "(2).__pow__()", "(1).__neg__(1)",
             "[1].__len__(1)", "[].__getitem__()", "(1, 2).__getitem__(-1)", "'ab'.__getitem__(5)",
             "[].__setitem__(1)", "[1].__contains__(1, 2)", "[].__iter__(1)", "iter([]).__next__()",
             "(1).__eq__(2)", "(1).__eq__('x')", "(1).__lt__()", "[].__hash__()", "(1).__hash__()",
             "(1).__bool__()", "object().__setattr__('x')", "object.__setattr__(int, 'x', 1)",
             "type.__setattr__(int, 'x', 1)", "object.__delattr__(int, 'x')", "int.__add__(1)",
             "int.__add__()", "int.__add__('x', 1)", "str.__len__(1)", "dict.__init__({}, 1)",
             "[].__init__(1, 2)", "print.__call__('hi')", "property().__get__()",
             "property().__get__(None)", "property().__set__(1)", "property().__delete__()",
             "(1).__add__(x=1)", "[].__init__(x=1)", "object.__repr__()", "(1).__index__(1)",
             "[1, 2].__imul__(2)", "[1].__mul__('x')", "(1,).__rmul__(2)", "'%s'.__mod__(1)",
             "'%s'.__rmod__(1)", "b''.__mul__(1 << 70)", "type.__call__(int)", "int.__new__()",
             "object.__new__(int)", "float.__new__(int)", "[].__reversed__(1)"):
    show(text, lambda: eval(text))
for text in ("int.__add__", "(1).__add__", "[].__len__", "list.append", "[].append", "int.real",
             "int.from_bytes", "dict.fromkeys", "str.maketrans", "type.__call__", "object.__init__"):
    value = eval(text)
    print(text, type(value).__name__, value.__name__, value.__qualname__,
          getattr(value, '__objclass__', None), value.__doc__ is None,
          getattr(value, '__text_signature__', '-'), value == eval(text), hash(value) == hash(eval(text)))
