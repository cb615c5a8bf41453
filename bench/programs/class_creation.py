"""Classes made at run time: plain, slots, metaclass, dataclass, enum, namedtuple."""
import collections
import dataclasses
import enum

N = 40


class Meta(type):
    def __new__(meta, name, bases, space):
        space['made_by'] = meta
        return super().__new__(meta, name, bases, space)


def plain(i):
    class Base:
        kind = i

        def method(self):
            return self.kind

        @property
        def double(self):
            return self.kind * 2

    class Derived(Base):
        __slots__ = ('a', 'b')

        def method(self):
            return super().method() + 1

    class Built(Derived, metaclass=Meta):
        pass

    return Built().method() + Built().double


def run(n):
    total = 0
    for i in range(n):
        for j in range(8):
            total += plain(j)
        Point = collections.namedtuple('Point', 'x y z')
        total += Point(1, 2, 3).y
        Colour = enum.Enum('Colour', 'red green blue')
        total += Colour.green.value

        @dataclasses.dataclass(order=True)
        class Record:
            name: str
            size: int = 0
            tags: list = dataclasses.field(default_factory=list)

        total += Record('a', 3).size
    return total
