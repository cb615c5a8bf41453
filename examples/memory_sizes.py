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
