"""Memory and its speed, Krait beside the reference: peak size of programs that hold many objects, cost of
allocation, collection and tracing, what a start takes, and what goes back to the system.

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
ONCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'once.py')
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

# name: (what is compared, target ratio, program or command line)
PROGRAMS = {
    'start': ('size', 0.85, ['-c', 'pass']),
    'start_bare': ('size', 0.85, 'pass'),
    'run_memory': ('size', 0.85, [ONCE, 'memory', '0', '1']),           # one run of bench/programs/memory.py
    'run_gc_cycles': ('size', 0.85, [ONCE, 'gc_cycles', '0', '1']),
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


def run(interp, kind, program):
    """The peak in MiB, or the number that was printed."""
    command = [interp] + (program if isinstance(program, list) else ['-I', '-S', '-c', program])
    if kind == 'size':      # a child of ours begins with our own size: let a small process start it
        command = ['/usr/bin/time', '-f', '%M'] + command
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit('%s failed: %s' % (' '.join(command), done.stderr))
    return int(done.stderr.split()[-1]) / 1024 if kind == 'size' else float(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    print('%-14s %-5s %9s %10s %6s %7s' % ('program', 'what', 'krait', 'reference', 'ratio', 'target'))
    for name in options.names or PROGRAMS:
        kind, target, program = PROGRAMS[name]
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(run(os.path.abspath(options.interp), kind, program))
            theirs.append(run(REFERENCE, kind, program))
        ratio = min(ours) / min(theirs)
        if name == 'returned' or kind == 'factor':      # in times of the start, or of the same work untraced
            ratio = min(ours)
        print('%-14s %-5s %9.3f %10.3f %6.2f %7.2f %s' % (name, kind, min(ours), min(theirs), ratio, target,
                                                       '' if ratio <= target else 'MISSED'), flush=True)


if __name__ == '__main__':
    sys.exit(main())
