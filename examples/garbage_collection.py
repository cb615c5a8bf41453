"""The cycle collector: generations, callbacks, finalisers, what is tracked."""
import gc
import weakref


class Node:
    def __init__(self):
        self.ref = None

    def __del__(self):
        print('finalised')


print('thresholds:', gc.get_threshold())
print('enabled:', gc.isenabled())
gc.collect()


def callback(phase, info):
    if info['generation'] == 2:
        print(phase, info['generation'], info['collected'] if phase == 'stop' else '')


gc.callbacks.append(callback)
a, b = Node(), Node()
a.ref, b.ref = b, a
del a, b
print('unreachable:', gc.collect())
gc.callbacks.remove(callback)

print('tracked:', [gc.is_tracked(x) for x in (1, 'a', (1, 2), [], {}, {'a': 1}, {'a': []}, Node)])
print('referents:', gc.get_referents([1, 2]))
box = ['content']
outer = [box]
print('referrer found:', any(r is outer for r in gc.get_referrers(box)))
print('stats:', sorted(gc.get_stats()[0]))


class Cached:
    pass


cache = weakref.WeakValueDictionary()
obj = Cached()
cache['key'] = obj
print('cached:', 'key' in cache)
del obj
print('after its last reference:', 'key' in cache)
