"""A cache of configuration parameters for a service: bounded, with a time to live, safe for threads."""
import threading
import time
from collections import OrderedDict


class Store:
    """What answers slowly: a parameter store."""

    def __init__(self, values):
        self.values, self.calls = values, 0

    def get_parameter(self, Name, WithDecryption=False):
        self.calls += 1
        if Name not in self.values:
            raise KeyError('ParameterNotFound: ' + Name)
        return {'Parameter': {'Name': Name, 'Value': self.values[Name]}}


class ParameterCache:
    def __init__(self, store, max_size=100, ttl=300, now=time.monotonic):
        self.store, self.max_size, self.ttl, self.now = store, max_size, ttl, now
        self.entries, self.lock, self.hits, self.misses, self.evicted = OrderedDict(), threading.Lock(), 0, 0, 0

    def get(self, name):
        with self.lock:
            value, until = self.entries.get(name, (None, -1))
            if until > self.now():
                self.entries.move_to_end(name)
                self.hits += 1
                return value
            self.entries.pop(name, None)
            self.misses += 1
        value = self.store.get_parameter(Name=name, WithDecryption=True)['Parameter']['Value']
        with self.lock:
            self.entries[name] = value, self.now() + self.ttl
            self.entries.move_to_end(name)
            while len(self.entries) > self.max_size:
                self.entries.popitem(last=False)
                self.evicted += 1
        return value

    def __repr__(self):
        return 'entries %d, hits %d, misses %d, evicted %d' % (len(self.entries), self.hits, self.misses, self.evicted)


clock = [0.0]
store = Store({'/app/%d' % i: 'value %d' % i for i in range(10)})
cache = ParameterCache(store, max_size=3, ttl=60, now=lambda: clock[0])
print(cache.get('/app/1'), cache.get('/app/1'), store.calls)
clock[0] = 61
print(cache.get('/app/1'), store.calls, cache)
for i in range(5):
    cache.get('/app/%d' % i)
print(list(cache.entries), cache)
try:
    cache.get('/app/none')
except KeyError as e:
    print(e)

cache = ParameterCache(store, max_size=20, ttl=60, now=lambda: clock[0])
for i in range(10):
    cache.get('/app/%d' % i)
calls = store.calls
threads = [threading.Thread(target=lambda: [cache.get('/app/%d' % (i % 10)) for i in range(1000)]) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print('four threads:', cache, store.calls - calls)
