"""Caches with a bound: by use and by age."""
import functools
from collections import OrderedDict


class Clock:
    now = 0.0

    def time(self):
        return self.now


class TTLCache:
    """At most max_size entries, each for ttl seconds; the least recently used goes first."""

    def __init__(self, max_size=100, ttl=300, clock=Clock()):
        self.entries, self.max_size, self.ttl, self.clock = OrderedDict(), max_size, ttl, clock

    def get(self, key):
        if key not in self.entries:
            return None
        value, stamp = self.entries[key]
        if self.clock.time() - stamp > self.ttl:
            del self.entries[key]
            return None
        self.entries.move_to_end(key)
        return value

    def put(self, key, value):
        if key not in self.entries and len(self.entries) >= self.max_size:
            self.entries.popitem(last=False)
        self.entries[key] = (value, self.clock.time())
        self.entries.move_to_end(key)


clock = Clock()
cache = TTLCache(max_size=3, ttl=10, clock=clock)
for i, name in enumerate('abcd'):
    cache.put(name, i)
    clock.now += 1
print(list(cache.entries), cache.get('a'), cache.get('b'))
cache.put('e', 4)
print(list(cache.entries))
clock.now += 11
print([cache.get(name) for name in 'bde'], len(cache.entries))


@functools.lru_cache(maxsize=4)
def square(n):
    return n * n


print([square(n) for n in (1, 2, 3, 1, 4, 5, 2)], square.cache_info())


def shared(item, items=[]):
    items.append(item)
    return items


print(shared(1), shared(2), shared.__defaults__)
