"""Memory and its speed, Krait beside the reference: peak size of programs that hold many objects, cost of
allocation, collection and tracing, and what goes back to the system.

    memory.py [--interp build/krait] [--rounds 3] [NAME...]

Each program runs in processes of its own, the two interpreters in turn.  `size` is the peak of the resident
set in MiB, `time` what the program prints itself, in seconds, `factor` and `bytes` likewise; the least of the rounds
counts.  For a factor the ratio is Krait's own; else a ratio below
1 means that Krait needs less.  `target` is the ratio that the project asks for.
"""
import argparse
import os
import subprocess
import sys

REFERENCE = '/usr/bin/python3.11'
TIMED = 'import time, gc\nt = time.process_time()\n%s\nprint(time.process_time() - t)\n'
# The same work without and with tracing, in times of the former.
FACTOR = '''import time, tracemalloc
class Node:
    def __init__(self, i): self.a = i; self.b = [i]
def work():
    t = time.process_time()
    x = [[str(i)] for i in range(100000)]
    y = [{"a": i, "b": (i, float(i))} for i in range(50000)]
    z = [Node(i) for i in range(50000)]
    return time.process_time() - t
plain = min(work() for _ in range(3))
tracemalloc.start(%d)
print(min(work() for _ in range(3)) / plain)
'''
# The same for small objects that come and go, in the innermost of 60 frames.
CHURN = '''import time, tracemalloc
class Node:
    def __init__(self, i): self.a = i; self.b = [i]
def churn():
    for i in range(100000): [i]
    for i in range(50000): Node(i)
def deep(n):
    if n: return deep(n - 1)
    t = time.process_time()
    churn()
    return time.process_time() - t
plain = min(deep(%d) for _ in range(5))
tracemalloc.start(%d)
print(min(deep(%d) for _ in range(5)) / plain)
'''
# The longest collection of a generation while a million objects live.
PAUSE = '''import gc, time
x = [[i] for i in range(1000000)]
gc.collect()
worst = start = 0
def note(phase, info):
    global worst, start
    if info['generation'] == %d:
        if phase == 'start': start = time.perf_counter()
        else: worst = max(worst, time.perf_counter() - start)
gc.callbacks.append(note)
y = [[i] for i in range(200000)]
print(worst)
'''

# name: (what is compared, target ratio, program)
PROGRAMS = {
    'tuples': ('size', 0.85, 'x = [(i, None) for i in range(1000000)]'),
    'dicts': ('size', 0.85, 'x = [{"a": i, "b": None} for i in range(1000000)]'),
    'empty_dicts': ('size', 0.85, 'x = [{} for i in range(1000000)]'),
    'lists': ('size', 0.85, 'x = [[i, None] for i in range(1000000)]'),
    'slotted': ('size', 0.85, 'class A:\n    __slots__ = "a", "b"\n    def __init__(s, a): s.a = a; s.b = None\n'
                              'x = [A(i) for i in range(1000000)]'),
    'instances': ('size', 0.85, 'class A:\n    def __init__(s, a): s.a = a; s.b = None\n'
                                'x = [A(i) for i in range(1000000)]'),
    'floats': ('size', 0.85, 'x = [float(i) for i in range(1000000)]'),
    'strings': ('size', 0.85, 'x = [str(i) for i in range(1000000)]'),
    'sets': ('size', 0.85, 'x = [{i} for i in range(300000)]'),
    'alloc_objects': ('time', 1 / 1.2, TIMED % 'for _ in range(3000000): object()'),
    'alloc_lists': ('time', 1 / 1.2, TIMED % 'for _ in range(3000000): [None]'),
    'alloc_many': ('time', 1 / 1.2, TIMED % 'for _ in range(10):\n    x = [(i, i) for i in range(200000)]\n    del x'),
    'collect': ('time', 1 / 1.5, 'import gc; gc.disable(); x = [[] for i in range(10000000)]\n'
                                 + TIMED % 'gc.collect()'),
    'trace_1': ('factor', 1.8, FACTOR % 1),
    'trace_25': ('factor', 2.5, FACTOR % 25),
    'trace_churn_1': ('factor', 1.8, CHURN % (0, 1, 0)),
    'trace_churn_25': ('factor', 2.5, CHURN % (0, 25, 0)),
    'trace_deep_1': ('factor', 1.8, CHURN % (60, 1, 60)),
    'trace_deep_25': ('factor', 2.5, CHURN % (60, 25, 60)),
    'trace_memory': ('bytes', 0.5, 'import tracemalloc; tracemalloc.start()\n'
                                   'x = [[str(i)] for i in range(300000)]\n'
                                   'print(tracemalloc.get_tracemalloc_memory())'),
    'pause_young': ('time', 1.0, PAUSE % 0),
    'pause_middle': ('time', 1.0, PAUSE % 1),
    'returned': ('time', 1.1, 'def rss():\n    return int(open("/proc/self/statm").read().split()[1])\n'
                              'a = rss()\nx = [(i, str(i), [i]) for i in range(%d)]\nb = rss()\ndel x\n'
                              'print(rss() / a)\n' % 1500000),
}


def run(interp, source):
    """-> (peak MiB, the number it printed or None)."""
    r, w = os.pipe()
    process = subprocess.Popen([interp, '-I', '-S', '-c', source], stdout=w, stdin=subprocess.DEVNULL)
    os.close(w)
    with open(r) as f:
        text = f.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit('%s failed: %d\n%s' % (interp, status, source))
    return usage.ru_maxrss / 1024, float(text) if text else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    print('%-14s %-5s %9s %10s %6s %7s' % ('program', 'what', 'krait', 'reference', 'ratio', 'target'))
    for name in options.names or PROGRAMS:
        kind, target, source = PROGRAMS[name]
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(run(os.path.abspath(options.interp), source)[kind != 'size'])
            theirs.append(run(REFERENCE, source)[kind != 'size'])
        ratio = min(ours) / min(theirs)
        if name == 'returned' or kind == 'factor':      # in times of the start, or of the same work untraced
            ratio = min(ours)
        print('%-14s %-5s %9.3f %10.3f %6.2f %7.2f %s' % (name, kind, min(ours), min(theirs), ratio, target,
                                                       '' if ratio <= target else 'MISSED'), flush=True)


if __name__ == '__main__':
    sys.exit(main())
