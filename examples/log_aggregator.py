"""A log aggregator with six leaks, the same without them, and the monitor that tells the two apart."""
import gc
import os
import tempfile
import tracemalloc
from collections import Counter, OrderedDict, deque


class Pod:
    def __init__(self, name):
        self.name = name
        self.spec = {'env': ['VARIABLE_%d' % i for i in range(20)]}


def line_of(i):
    return {'pod': 'pod-%d' % i, 'level': 'ERROR' if i % 10 == 0 else 'INFO', 'text': 'message %d of the service' % i}


class Leaking:
    listeners = []

    def __init__(self, folder):
        self.folder, self.by_pod, self.pods, self.files = folder, {}, {}, []

    def tags(self, tag, seen=[]):               # 1: the default argument is shared and grows
        seen.append(tag)
        return len(seen)

    def handle(self, line):
        self.by_pod.setdefault(line['pod'], []).append(line)            # 2: nothing is ever dropped
        pod = Pod(line['pod'])
        pod.aggregator, self.pods[pod.name] = self, pod                 # 3: a cycle  4: the whole object is kept
        self.listeners.append(lambda: line)                             # 5: registered and never removed
        self.tags(line['level'])
        if line['level'] == 'ERROR' and len(self.files) < 100:
            f = open(os.path.join(self.folder, 'errors'), 'a')          # 6: opened and never closed
            f.write(line['text'])
            self.files.append(f)

    def close(self):
        for f in self.files:
            f.close()


class Mended:
    def __init__(self, folder, max_pods=50):
        self.folder, self.max_pods = folder, max_pods
        self.by_pod, self.levels = OrderedDict(), Counter()

    def tags(self, tag, seen=None):
        seen = [] if seen is None else seen
        seen.append(tag)
        return len(seen)

    def handle(self, line):
        lines = self.by_pod.setdefault(line['pod'], deque(maxlen=100))
        lines.append(line['text'])
        self.by_pod.move_to_end(line['pod'])
        if len(self.by_pod) > self.max_pods:
            self.by_pod.popitem(last=False)
        self.levels[line['level']] += 1
        self.tags(line['level'])
        if line['level'] == 'ERROR':
            with open(os.path.join(self.folder, 'errors'), 'a') as f:
                f.write(line['text'])

    def close(self):
        self.by_pod.clear()


def monitor(make, rounds=5, events=400):
    """Traced memory after each round of events, and how many files are open."""
    with tempfile.TemporaryDirectory() as folder:
        aggregator, sizes, n = make(folder), [], 0
        files = len(os.listdir('/proc/self/fd'))
        tracemalloc.start()
        for _ in range(rounds):
            for _ in range(events):
                aggregator.handle(line_of(n))
                n += 1
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
        top = tracemalloc.take_snapshot().statistics('lineno')[0]
        tracemalloc.stop()
        files = len(os.listdir('/proc/self/fd')) - files
        aggregator.close()
    per_event = (sizes[-1] - sizes[0]) / (rounds - 1) / events
    return 'LEAK' if per_event > 100 else 'stable', files, os.path.basename(top.traceback[0].filename)


for make in Leaking, Mended:
    print(make.__name__, *monitor(make))
print('shared default:', len(Leaking.tags.__defaults__[0]), 'listeners:', len(Leaking.listeners))
gc.collect()
print('pods that outlive their aggregator:', sum(isinstance(o, Pod) for o in gc.get_objects()))
