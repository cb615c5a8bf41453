"""Memory and its speed, Krait beside the reference: peak size of programs that hold many objects, cost of
allocation, collection and tracing, and what goes back to the system.

    memory.py [--interp build/krait] [--rounds 3] [NAME...]

Each program runs in processes of its own, the two interpreters in turn.  `size` is the peak of the resident
set in MiB, `time` what the program prints itself, in seconds; the least of the rounds counts.  A ratio below
1 means that Krait needs less.  `target` is the ratio that the project asks for.
"""
import argparse
import os
import subprocess
import sys

REFERENCE = '/usr/bin/python3.11'
TIMED = 'import time, gc\nt = time.perf_counter()\n%s\nprint(time.perf_counter() - t)\n'

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
    'trace_1': ('time', 1.0, 'import tracemalloc; tracemalloc.start(1)\n'
                             + TIMED % 'x = [[str(i)] for i in range(300000)]'),
    'trace_25': ('time', 1.0, 'import tracemalloc; tracemalloc.start(25)\n'
                              + TIMED % 'x = [[str(i)] for i in range(300000)]'),
    'returned': ('time', 1.1, 'def rss():\n    return int(open("/proc/self/statm").read().split()[1])\n'
                              'a = rss()\nx = [(i, str(i), [i]) for i in range(%d)]\nb = rss()\ndel x\n'
                              'print(rss() / a)\n' % 4000000),
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
            ours.append(run(os.path.abspath(options.interp), source)[kind == 'time'])
            theirs.append(run(REFERENCE, source)[kind == 'time'])
        ratio = min(ours) / min(theirs)
        if name == 'returned':      # resident pages after the drop, in times of the start
            ratio = min(ours)
        print('%-14s %-5s %9.3f %10.3f %6.2f %7.2f %s' % (name, kind, min(ours), min(theirs), ratio, target,
                                                       '' if ratio <= target else 'MISSED'), flush=True)


if __name__ == '__main__':
    sys.exit(main())
