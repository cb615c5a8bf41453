"""Tuples as keys and in comparisons: what is equal, whose code runs, in which order."""
nan = float('nan')


class Loud:
    log = []

    def __init__(self, value, equal=True):
        self.value, self.equal = value, equal

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        Loud.log.append((self.value, type(other).__name__, getattr(other, 'value', other)))
        if self.equal == 'raise':
            raise ValueError(self.value)
        return self.equal

    def __repr__(self):
        return 'Loud(%r)' % (self.value,)


class Sub(tuple):
    pass


class Text(str):
    pass


def fresh(items):
    return tuple(list(items))


groups = [(1, 2), (1.0, 2), (True, 2), (1, 2.0), (300, 'ab'), (int('300'), 'a' + chr(98)), (nan, 1), (float('nan'), 1), (-1, -2), (-2, -1),
          ('', ()), ((), ''), (), ((1, 2), 3), ((1.0, 2), 3), (1 << 80, 'x'), (1 << 80, 'y'), ('é', '\U0001f600'), (None, None), (b'a', 'a'),
          (Text('ab'), 1), ('ab', 1), Sub((1, 2)), Sub((300, 'ab')), (2**61 - 1,), (0,), (-2,), (-1,)]
for container in (lambda keys: dict.fromkeys(keys, 1), set, frozenset):
    for size in (0, 3, 200):
        holder = container([(i, str(i)) for i in range(size)] + groups)
        print(size, len(holder), [fresh(g) in holder for g in groups], [list(g) in [list(h) for h in holder] for g in groups])
for a in groups:
    for b in groups:
        x, y = fresh(a), fresh(b)
        try:
            order = (x < y, x >= y, list(x) < list(y))
        except TypeError as e:
            order = str(e)
        print(x == y, x != y, list(x) == list(y), hash(x) == hash(y) or 'nan' in repr(x), order)

for equal in (True, False, 'raise'):
    for position in range(3):
        for container in (lambda keys: dict.fromkeys(keys, 1), set):
            Loud.log.clear()
            key = [1, 'two', 1000]
            key[position] = Loud(key[position], equal)
            holder = container([fresh(key)])
            other = [1, 'two', int('1000')]
            results = []
            for probe in (fresh(key), fresh(other), fresh(other + [4])):
                try:
                    results.append(probe in holder)
                except ValueError as e:
                    results.append(repr(e))
            try:
                results.append(fresh(key) == fresh(other))
                results.append(key == other)
                results.append(fresh(key) < fresh(other))
            except (ValueError, TypeError) as e:
                results.append(repr(e))
            print(results, Loud.log)


class Meddler:
    """Changes the dict while it is compared."""

    def __hash__(self):
        return 5

    def __eq__(self, other):
        if self.target:
            target, self.target = self.target, None
            target.clear()
            target.update((i, i) for i in range(100))
        return False


d = {}
m = Meddler()
m.target = None
d[m, 1] = 1
m.target = d
print((m, 1) in d, len(d))
other = Meddler()
other.target = None
d = {(m, 1): 1}
m.target = d
print((other, 1) in d, len(d))
