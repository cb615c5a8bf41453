"""What threads cost, on the wall clock, Krait's figures beside the reference's.

    threads.py [--interp build/krait] [--rounds 7]

Rounds alternate; the figures are medians.  sleepers: four threads that sleep 0.2 s each, in seconds (at
most 0.3).  busy pair: two computing threads, against the same work one after the other (at most 1.05).
latency: how long a thread waits for its answer on a socket beside a computing thread, in milliseconds
(programs/io_beside_busy.py).  reads: 20,000 unbuffered reads of ten bytes beside a computing thread, and
computed: steps of that thread per second meanwhile.  answer: from a thread to another one and back through two
queues, in microseconds.
"""
import argparse
import os
import statistics
import subprocess
import sys

REFERENCE = '/usr/bin/python3.11'
PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'programs')
PROGRAM = '''
import queue, sys, threading, time
sys.path.insert(0, sys.argv[1])
import io_beside_busy

def together(functions):
    threads = [threading.Thread(target=f) for f in functions]
    start = time.perf_counter()
    for t in threads: t.start()
    for t in threads: t.join()
    return time.perf_counter() - start

def work():
    n = 0
    for i in range(3000000):
        n += i & 7

print(together([lambda: time.sleep(0.2)] * 4))

start = time.perf_counter()
work()
work()
apart = time.perf_counter() - start
print(together([work, work]) / apart)

start = time.perf_counter()
io_beside_busy.run(200)
print((time.perf_counter() - start) / 200 * 1000)

steps, stop = [], []
def compute():
    n = 0
    while not stop:
        n += 1
    steps.append(n)
def read():
    with open('/dev/zero', 'rb', buffering=0) as f:
        for _ in range(20000):
            f.read(10)
    stop.append(True)
time_of_reads = together([compute, read])
print(time_of_reads * 1000)
print(steps[0] / time_of_reads / 1e6)

there, back = queue.SimpleQueue(), queue.SimpleQueue()
def ask():
    for i in range(5000):
        there.put(i)
        back.get()
def answer():
    for _ in range(5000):
        back.put(there.get())
print(together([ask, answer]) / 5000 * 1e6)
'''
FIGURES = (('sleepers', 's'), ('busy pair', 'x'), ('latency', 'ms'), ('reads', 'ms'), ('computed', 'M/s'), ('answer', 'us'))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--rounds', type=int, default=7)
    options = parser.parse_args()
    found = {interp: [] for interp in (os.path.abspath(options.interp), REFERENCE)}
    for _ in range(options.rounds):
        for interp, rows in found.items():
            output = subprocess.run([interp, '-c', PROGRAM, PROGRAMS], capture_output=True, text=True, check=True).stdout
            rows.append([float(line) for line in output.split()])
    krait, reference = ([statistics.median(column) for column in zip(*rows)] for rows in found.values())
    for (name, unit), ours, theirs in zip(FIGURES, krait, reference):
        print('%-10s krait %8.3f %-3s  reference %8.3f %s' % (name, ours, unit, theirs, unit))


if __name__ == '__main__':
    sys.exit(main())
