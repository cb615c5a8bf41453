"""Methods: bound, inherited, super, special methods, closures, partial."""
import functools

N = 10000


class Base:
    def __init__(self, value=0):
        self.value = value

    def add(self, n):
        self.value += n
        return self

    def scale(self, factor=1, offset=0):
        return self.value * factor + offset


class Middle(Base):
    def add(self, n):
        return super().add(n)

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return self.value + index

    def __eq__(self, other):
        return self.value == other.value

    def __call__(self, x):
        return x + 1

    def __contains__(self, item):
        return item == self.value

    def __bool__(self):
        return True


class Leaf(Middle):
    def __init__(self, value):
        super().__init__(value)
        self.extra = 1

    def add(self, n):
        super().add(n)
        return self


def run(n):
    leaf, other = Leaf(0), Middle(5)
    bound = leaf.scale
    double = functools.partial(leaf.scale, 2)
    total = 0
    for i in range(n):
        leaf.add(1)
        total += leaf.scale() + leaf.scale(2) + leaf.scale(factor=3, offset=i) + bound() + double()
        total += len(leaf) + leaf[i] + leaf(i) + (leaf == other) + (3 in leaf)
        if leaf:
            total += Leaf(i).extra
    return total
