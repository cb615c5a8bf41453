"""Classes that make classes."""


class Meta(type):
    def __new__(mcs, name, bases, namespace, **options):
        print('creating', name, options)
        return super().__new__(mcs, name, bases, dict(namespace, added=True))

    def __init__(cls, name, bases, namespace, **options):
        print('initialising', name)
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **kwargs):
        print('instantiating', cls.__name__)
        return super().__call__(*args, **kwargs)

    @classmethod
    def __prepare__(mcs, name, bases, **options):
        return {'prepared': name}


class Base(metaclass=Meta, option=1):
    pass


class Derived(Base):
    def __init_subclass__(cls, **kwargs):
        print('subclass', cls.__name__)


print(Derived().added, Derived.prepared)


class Leaf(Derived):
    pass


class Singleton(type):
    instances = {}

    def __call__(cls, *args):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args)
        return cls.instances[cls]


class One(metaclass=Singleton):
    pass


print(One() is One())
print(type(type), type(One), [c.__name__ for c in Leaf.__mro__])
Made = type('Made', (object,), {'x': 1, 'method': lambda self: 42})
print(Made().x, Made().method())
from abc import ABCMeta, abstractmethod


class Interface(metaclass=ABCMeta):
    @abstractmethod
    def act(self):
        ...


try:
    Interface()
except TypeError as error:
    print(error)
