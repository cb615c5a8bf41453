"""How large objects are, and how containers grow."""
import array
import sys


class Plain:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Slotted:
    __slots__ = ('x', 'y')

    def __init__(self, x, y):
        self.x, self.y = x, y


for value in (0, 1, 10, 2**30, 2**60, 1.5, 1j, True, None, '', 'Hello', 'é', '€', '😀', b'', b'abc', (), (1,), [],
              [1, 2, 3], {}, {1: 2}, set(), frozenset(), range(9), slice(1), object()):
    print(type(value).__name__, sys.getsizeof(value))
print('plain', sys.getsizeof(Plain(1, 2)), 'slotted', sys.getsizeof(Slotted(1, 2)))
print('function', sys.getsizeof(lambda: 0), 'class', sys.getsizeof(Plain))
sizes, items = [], []
for i in range(40):
    sizes.append(sys.getsizeof(items))
    items.append(i)
print(sizes)
sizes, table = [], {}
for i in range(40):
    sizes.append(sys.getsizeof(table))
    table[i] = i
print(sizes)
print(sys.getsizeof([0] * 1000), sys.getsizeof((0,) * 1000), sys.getsizeof(array.array('i', [0] * 1000)))
print(sys.getsizeof([x for x in range(1000)]), sys.getsizeof(x for x in range(1000)))


def total(value, seen=None):
    """The size of a value with all that it holds, each object once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))
    parts = ()
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    elif hasattr(value, '__dict__'):
        parts = [vars(value)]
    return sys.getsizeof(value) + sum(total(part, seen) for part in parts)


nested = {'name': ['a', 'b'], 'more': {'x': (1, 2, (3,))}}
print('shallow', sys.getsizeof(nested), 'deep', total(nested))


class Three:
    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z


class SlottedThree:
    __slots__ = ('x', 'y', 'z')

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z


# getsizeof does not see where the attributes of a plain instance stand; tracing does
print('regular', sys.getsizeof(Three(1, 2, 3)), 'slotted', sys.getsizeof(SlottedThree(1, 2, 3)))
