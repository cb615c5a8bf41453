"""Calls of static and class methods while what is behind the name changes; every loop is long enough to be specialised."""
import sys


class Meta(type):
    def of_meta(cls):
        return 'meta', cls.__name__


class Base(metaclass=Meta):
    @staticmethod
    def static(x):
        return 'static', x

    @classmethod
    def of_class(cls, x=0):
        return cls.__name__, x

    @classmethod
    def caller(cls):
        return sys._getframe(1).f_code.co_name


class Slots(Base):
    __slots__ = ()


class Child(Base):
    def __init__(self):
        self.value = 1


class Odd:
    length = classmethod(len)
    bound = classmethod(lambda cls, x: (cls, x))
    text = staticmethod('{}'.format)

    @classmethod
    @property
    def both(cls):
        return lambda: cls.__name__


def calls(owner, n=40):
    result = set()
    for i in range(n):
        result.add((owner.static(1), owner.static(x=2), owner.of_class(), owner.of_class(3), owner.of_class(x=4), owner.caller()))
    return sorted(result)


for owner in Base, Child, Slots, Base(), Child(), Slots():
    print(calls(owner))
mixed = [Base, Child, Base(), Child(), Slots(), Slots]
print([owner.of_class(i) for i in range(8) for owner in mixed][-7:])


def odd(owner):
    for i in range(30):
        result = owner.bound(i), owner.text(i), owner.both()
        try:
            owner.length()
        except TypeError as e:
            result += str(e),
    return result


print(odd(Odd), odd(Odd()))


def changing(owner, change, at=20):
    seen = []
    for i in range(40):
        if i == at:
            change()
        seen.append(owner.static(i) if callable(owner.static) else owner.static)
    return seen[at - 1:at + 2], seen[-1]


one = Child()
print(changing(one, lambda: setattr(one, 'static', lambda x: ('own', x))))
two = Child()
print(changing(two, lambda: two.__dict__.__setitem__('static', len) or two.__dict__.pop('static')))
print(changing(Child, lambda: setattr(Child, 'static', staticmethod(lambda x: ('new', x)))))
print(changing(Child(), lambda: delattr(Child, 'static')))
wrapper = Base.__dict__['static']
print(changing(Base, lambda: wrapper.__init__(lambda x: ('again', x))))
print(changing(Base(), lambda: wrapper.__init__(str)))
print(changing(Slots(), lambda: setattr(Base, 'static', 7)))
of_class = Base.__dict__['of_class']


def rewrap(owner, new):
    seen = []
    for i in range(30):
        if i == 15:
            of_class.__init__(new)
        seen.append(owner.of_class())
    return seen[13:17]


print(rewrap(Base, lambda cls: ('function', cls.__name__)))
print(rewrap(Child(), repr))
print(rewrap(Slots, lambda cls, *more, key=1: (cls.__name__, more, key)))
for kind in staticmethod, classmethod:
    class Empty:
        name = kind.__new__(kind)
    for i in range(30):
        try:
            print(Empty.name()) if i == 29 else None
        except RuntimeError as e:
            print(e)


class Getattr:
    def __getattr__(self, name):
        return lambda *args: (name, args)

    @staticmethod
    def static():
        return 'here'


print({Getattr().static() for i in range(30)}, {Getattr().other() for i in range(30)})


def frames():
    for i in range(30):
        references = sys.getrefcount(Base), sys.getrefcount(Child)
        Base.caller(), Child.caller(), Child().caller()
    return sys.getrefcount(Base) - references[0], sys.getrefcount(Child) - references[1]


print(frames())
