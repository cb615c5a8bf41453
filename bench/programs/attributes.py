"""Attributes of every kind: instance, class, slot, property, descriptor, __getattr__, module."""
import math

N = 12000


class Plain:
    shared = 3

    def __init__(self):
        self.a = 1
        self.b = 2

    @property
    def sum(self):
        return self.a + self.b

    @staticmethod
    def static():
        return 1

    @classmethod
    def of_class(cls):
        return cls.shared


class Slots:
    __slots__ = ('a', 'b')

    def __init__(self):
        self.a = 1
        self.b = 2


class Typed:
    def __set_name__(self, owner, name):
        self.name = '_' + name

    def __get__(self, instance, owner):
        return getattr(instance, self.name)

    def __set__(self, instance, value):
        setattr(instance, self.name, value)


class Described(Plain):
    value = Typed()

    def __init__(self):
        super().__init__()
        self.value = 5


class Dynamic:
    def __init__(self, target):
        self.target = target

    def __getattr__(self, name):
        return getattr(self.target, name)


def run(n):
    plain, slots, described = Plain(), Slots(), Described()
    dynamic = Dynamic(plain)
    total = 0
    for i in range(n):
        plain.a = i
        slots.b = plain.a + slots.a + plain.b
        total += plain.shared + Plain.shared + slots.b + plain.sum
        described.value = i
        total += described.value + described.b
        total += dynamic.a + plain.static() + Plain.of_class() + described.of_class()
        total += math.tau > math.pi
        total += hasattr(plain, 'missing') + hasattr(slots, 'a') + getattr(plain, 'nothing', 2)
    return total
