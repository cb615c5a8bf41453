# slow
"""Long chains of objects: answers or RecursionError, never a crash.

The reference crashes on most of these, so only what both can say is printed."""
import sys
import types

N = 200000 if 'Krait' in sys.version else 10


def nest(make, start):
    # each level of a call of nested methods copies the arguments
    for _ in range(N // 20 if start is len and make is CHAINS['method'] else N):
        start = make(start)
    return start


def attempt(func):
    try:
        func()
    except (RecursionError, TypeError, AttributeError, KeyError):
        pass


class Slot:
    __slots__ = ('inner',)


class Dict:
    pass


def in_slot(op):
    box = Slot()
    box.inner = op
    return box


def in_dict(op):
    box = Dict()
    box.inner = op
    return box


CHAINS = {
    'classmethod': lambda op: classmethod(op), 'staticmethod': lambda op: staticmethod(op),
    'property': lambda op: property(op), 'method': lambda op: types.MethodType(op, 1),
    'cell': types.CellType, 'alias': lambda op: list[op],
    'origin': lambda op: types.GenericAlias(op, int),
    'namespace': lambda op: types.SimpleNamespace(a=op), 'tuple': lambda op: (op,),
    'list': lambda op: [op], 'dict': lambda op: {1: op}, 'slot': in_slot, 'dict_box': in_dict,
}
for name, make in CHAINS.items():
    chain = nest(make, len)
    for func in (repr, hash, str, lambda op: op == nest(make, len), lambda op: op(), dir,
                 lambda op: op.__doc__, lambda op: op.missing, lambda op: op.__isabstractmethod__,
                 lambda op: op.__parameters__, lambda op: isinstance(1.5, op),
                 lambda op: type('C', (), {'x': op}).x, lambda op: op.__get__(None, int)):
        attempt(lambda: func(chain))
    del chain
    print(name, 'survived')
proxy = nest(types.MappingProxyType, {'a': 1})
for func in (repr, hash, str, len, iter, reversed, lambda op: op['a'], lambda op: op | {},
             lambda op: 'a' in op, lambda op: op.keys(), lambda op: op == {}, lambda op: op.get('a')):
    attempt(lambda: func(proxy))
del proxy
print('mappingproxy survived')


class Self:
    """Every operation asks for itself again."""
    def __eq__(self, other): return self == other
    def __hash__(self): return hash(self)
    def __repr__(self): return repr(self)
    def __len__(self): return len(self)
    def __bool__(self): return bool(self)
    def __add__(self, other): return self + other
    def __iter__(self): return iter(self)
    def __contains__(self, value): return value in self
    def __index__(self): return range(5)[self]
    def __format__(self, spec): return format(self)
    def __getattr__(self, name): return getattr(self, name + 'x')
    def __setattr__(self, name, value): self.x = 1
    def __call__(self): return self()


s = Self()
for label, func in dict(eq=lambda: s == 1, hash=lambda: hash(s), repr=lambda: repr(s),
                        len=lambda: len(s), bool=lambda: bool(s), add=lambda: s + 1,
                        iter=lambda: iter(s), contains=lambda: 1 in s, index=lambda: [1][s],
                        format=lambda: format(s), getattr=lambda: s.missing,
                        setattr=lambda: setattr(s, 'y', 1), call=lambda: s()).items():
    try:
        func()
    except RecursionError as error:
        print(label, type(error).__name__)
