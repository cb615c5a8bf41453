"""The order in which sets yield their elements, after every way of making and changing them."""
import random

rng = random.Random(5)
for i in range(150):
    values = [rng.randint(0, rng.choice([5, 40, 1000])) for _ in range(rng.randint(0, 30))]
    a, b = set(values), {rng.randint(0, 40) for _ in range(rng.randint(0, 40))}
    d, e = dict.fromkeys(values, 1), dict.fromkeys(b)
    print(i, *map(list, (a | b, a & b, a ^ b, a - b, b - a, a.copy(), a.union(values, b, e), a.intersection(values, b),
                         a.difference(e), a.difference(list(b)), set(e), set(e.keys()), set(iter(b)))))
    print(*map(list, (d.keys() | e.keys(), d.keys() & e.keys(), d.keys() ^ e.keys(), d.keys() - e.keys(),
                      values | e.keys(), d.items() | values)))
    for change in (set.update, set.intersection_update, set.difference_update, set.symmetric_difference_update):
        for other in (b, values, e, e.keys()):
            changed = set(a)
            change(changed, other)
            print(list(changed), end=' ')
    # places of removed elements are taken again
    for value in b:
        a.discard(value)
    a.update(range(60, 90))
    print(list(a), a.__sizeof__())
    half = [a.pop() for _ in range(len(a) // 2)]
    a.update(half[::-1])
    print(half, list(a))


class Spiteful:
    """Changes the set while it is compared."""

    def __init__(self, target, action):
        self.target, self.action = target, action

    def __hash__(self):
        return 8

    def __eq__(self, other):
        if self.action:
            action, self.action = self.action, None
            action(self.target)
        return False


for action in (lambda s: s.clear(), lambda s: s.update(range(100, 140)), lambda s: s.add(16), lambda s: s.discard(24)):
    s = {0, 24, 3}
    s.discard(0)
    s.add(Spiteful(s, action))
    s.discard(3)
    s.add(8)
    print(len(s), sorted(x for x in s if isinstance(x, int)))
