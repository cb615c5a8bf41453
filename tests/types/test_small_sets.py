"""Sets of few elements: every change, order, comparisons made, weak references, subclasses."""
import gc
import pickle
import random
import sys
import weakref


class Key:
    """A key with a chosen hash that tells who is compared."""
    log = []

    def __init__(self, value, hashed):
        self.value, self.hashed = value, hashed

    def __hash__(self):
        return self.hashed

    def __eq__(self, other):
        Key.log.append((self.value, getattr(other, 'value', other)))
        return isinstance(other, Key) and self.value == other.value

    def __repr__(self):
        return 'k%d' % self.value


class Sub(set):
    pass


class Slotted(set):
    __slots__ = ('extra',)


class Frozen(frozenset):
    pass


rng = random.Random(11)
keys = [Key(i, rng.choice([0, 1, 2, 3, 8, 9, 16, 1 << 40, -3])) for i in range(12)]


def act(s, step):
    """One change of the set; what it returned."""
    key = rng.choice(keys)
    match step:
        case 0 | 1 | 2: return s.add(key)
        case 3: return s.discard(key)
        case 4: return s.pop() if s else None
        case 5: return s.update(rng.sample(keys, rng.randint(0, 3)))
        case 6: return s.update(set(rng.sample(keys, rng.randint(0, 4))))
        case 7: return s.difference_update(set(rng.sample(keys, rng.randint(0, 4))))
        case 8: return s.symmetric_difference_update(set(rng.sample(keys, rng.randint(0, 3))))
        case 9: return s.intersection_update(set(rng.sample(keys, rng.randint(4, 12))))
        case 10: return key in s
        case 11: return s.clear() if rng.random() < 0.2 else None
        case 12: return s.copy()


for kind in (set, Sub, Slotted):
    for round in range(120):
        s = kind(rng.sample(keys, rng.randint(0, 5)))
        for _ in range(30):
            Key.log.clear()
            result = act(s, rng.randrange(13))
            print(result, list(s), Key.log, s.__sizeof__(), len(s))
    print(kind.__name__, sys.getsizeof(s) - s.__sizeof__())

# ints and strings, from nothing to many and back
for count in (0, 1, 2, 3, 4, 5, 6, 18, 19, 20, 77):
    values = [rng.randint(-40, 400) for _ in range(count)]
    s = set()
    for value in values:
        s.add(value)
    f = frozenset(values)
    print(count, list(s), list(f), list(Frozen(values)), hash(f), s == f, s.__sizeof__(), f.__sizeof__())
    while s:
        value = rng.choice(values)
        s.discard(value)
        if rng.random() < 0.3:
            s.add(value + 8)
            s.discard(value + 8)
        if rng.random() < 0.2:
            print(s.pop() if s else None, end=' ')
        print(list(s), s.__sizeof__())

# weak references, cycles, pickles, attributes of every kind of set
for kind in (set, frozenset, Sub, Frozen):
    s = kind([1])
    seen = []
    r = weakref.ref(s, lambda r: seen.append('gone'))
    print(r() is s, weakref.getweakrefcount(s), pickle.loads(pickle.dumps(s)) == s)
    more = weakref.ref(s)
    big = kind(range(100))
    rb = weakref.ref(big)
    del s, big
    print(seen, r(), rb(), more())
s = Slotted('ab')
s.extra = [s]
s.add('c')
print(sorted(s), s.extra[0] is s, s.__class__.__basicsize__ - set.__basicsize__)
holder = Sub()
holder.name = 'x'
cell = Key(1, 1)
cell.set = holder
holder.add(cell)
gone = weakref.ref(holder)
del holder, cell
gc.collect()
print(gone())

# the set changes while one of its keys is compared
for size in (2, 4, 5):
    for change in (lambda s: s.clear(), lambda s: s.pop(), lambda s: s.update(range(50)), lambda s: s.add(99)):
        class Meddler(Key):
            def __eq__(self, other):
                if Meddler.left:
                    Meddler.left -= 1
                    change(s)
                return self is other
            __hash__ = Key.__hash__
        for call in (set.add, set.discard, set.__contains__, set.remove):
            Meddler.left = 0
            s = {Meddler(i, 3) for i in range(size)}
            Meddler.left = 2
            try:
                result = call(s, Meddler(7, 3))
            except KeyError:
                result = 'KeyError'
            print(size, result, len(s), [k for k in s if isinstance(k, int)])
