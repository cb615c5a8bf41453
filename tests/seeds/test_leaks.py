# slow
"""The leak programs of the documents: mended, the process does not grow however many events come in; leaking,
it grows by what it holds and by nothing else; and after a peak the memory goes back to the system.

    test_leaks.py [EVENTS]      default 1,000,000; 10,000,000 is the long run"""
import collections
import functools
import gc
import os
import sys
import time
import tracemalloc
import weakref

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import builds

builds.measure()
EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
resident = builds.resident


class Pod:
    def __init__(self, i):
        self.name, self.phase, self.owner = 'pod-%d' % i, 'Running', self


class Plain:
    def __init__(self, i):
        self.name, self.phase = 'pod-%d' % i, 'Running'


# ---- the mended forms: each is a function of the number of events ---------------------------------
def watcher(n, limit=1000):
    pods = collections.OrderedDict()
    for i in range(n):
        pods['pod-%d' % i] = {'phase': 'Running', 'n': i}
        if i % 3 == 0:
            pods.pop('pod-%d' % (i // 2), None)
        if len(pods) > limit:
            pods.popitem(last=False)


def ttl_cache(n, seconds=500):
    cache = {}
    for now in range(n):
        cache['/app/param/%d' % (now % 2000)] = (str(now), now + seconds)
        if now % 1000 == 0:
            for key in [k for k, (_, end) in cache.items() if end <= now]:
                del cache[key]


def lru(n):
    @functools.lru_cache(maxsize=512)
    def parameter(i):
        return 'value %d' % i
    for i in range(n):
        parameter(i * 7 % 5000)


def aggregator(n):
    buffer, totals, recent = [], collections.Counter(), collections.deque(maxlen=100)
    for i in range(n):
        buffer.append({'level': 'INFO', 'text': 'line %d' % i})
        recent.append((i, 'line'))
        if len(buffer) == 500:
            totals.update(entry['level'] for entry in buffer)
            buffer.clear()


def weak(n):
    live, seen = weakref.WeakValueDictionary(), []
    for i in range(n // 4):
        pod = Plain(i)
        live[pod.name] = pod
        if i % 100 == 0:
            weakref.finalize(pod, seen.clear)


def cycles(n):
    for i in range(n // 2):
        Pod(i)


def fresh_default(n):
    def add(item, target=None):
        target = [] if target is None else target
        target.append(item)
        return target
    for i in range(n):
        add(i)


def handles(n):
    for i in range(n // 100):
        with open(os.devnull) as f:
            f.fileno()


def errors(n):
    for i in range(n // 4):
        try:
            raise ValueError(i)
        except ValueError as e:
            kept = e
            kept = None


for program in (watcher, ttl_cache, lru, aggregator, weak, cycles, fresh_default, handles, errors):
    program(EVENTS // 10)
    gc.collect()
    before, start = resident(), time.perf_counter()
    program(EVENTS)
    gc.collect()
    grown = resident() - before
    print(program.__name__, 'flat' if grown < 1 << 20 else 'grew by %d bytes' % grown, flush=True)

# ---- the leaking forms: what is alive is what they hold --------------------------------------------
N = 20000
cache = {}
gc.collect()
objects = len(gc.get_objects())
for i in range(N):
    cache[i] = [i]
gc.collect()
print('endless cache', len(cache), len(gc.get_objects()) - objects)
gc.disable()
objects = len(gc.get_objects())
before = resident()
for i in range(N):
    Pod(i)
print('cycles without a collector', sum(isinstance(o, Pod) for o in gc.get_objects()),
      len(gc.get_objects()) - objects >= N, N * 64 < resident() - before < N * 400)
print('collected', gc.collect() >= N)
gc.enable()


def add(item, target=[]):
    target.append(item)
    return target


for i in range(N):
    add(i)
print('shared default', len(add.__defaults__[0]))
if builds.ADDRESS:
    # plain blocks are malloc's, which sys.getallocatedblocks() does not count
    tracemalloc.start()


def allocated_blocks():
    if builds.ADDRESS:
        return sum(trace.count for trace in tracemalloc.take_snapshot().statistics('filename')
                   if trace.traceback[0].filename == __file__)
    return sys.getallocatedblocks()


blocks = allocated_blocks()
held = [str(i) + 'x' for i in range(N)]
print('strings', abs(allocated_blocks() - blocks - N) < 20)
tracemalloc.stop()
del held, cache
gc.collect()

# ---- after a peak ----------------------------------------------------------------------------------
start = resident()
x = [(i, str(i), [i], float(i), {'k': i}) for i in range(EVENTS // 2)]
peak = resident()
del x
gc.collect()
back = resident()
print('peak', peak - start > EVENTS // 2 * 200,
      'returned' if back - start < start // 10 + (1 << 20) + builds.lists_of_free(peak - start) else 'kept %d of %d bytes' % (back - start, peak - start))
