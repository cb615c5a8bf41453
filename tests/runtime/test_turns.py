"""Threads that wait for bytes, for locks and for signals go on beside one that computes without a pause."""
import os
import queue
import signal
import sys
import threading

stop = threading.Event()
counts = []


def busy():
    n = 0
    while not stop.is_set():
        n += 1
    counts.append(n)


threads = [threading.Thread(target=busy) for _ in range(2)]
for t in threads:
    t.start()

# small pieces: the GIL is given back and taken again for each
with open('/dev/zero', 'rb', buffering=0) as f:
    print(sum(len(f.read(10)) for _ in range(300)))

# a byte goes to another thread and comes back
here, there = os.pipe(), os.pipe()


def echo():
    while data := os.read(here[0], 1):
        os.write(there[1], data)


t = threading.Thread(target=echo)
t.start()
answer = b''
for i in range(20):
    os.write(here[1], b'%d' % (i % 10))
    answer += os.read(there[0], 1)
os.close(here[1])
t.join()
print(answer)

# as with queues, each in its order
for kind in queue.Queue, queue.SimpleQueue:
    a, b = kind(), kind()

    def work():
        while (item := a.get()) is not None:
            b.put(item * item)

    t = threading.Thread(target=work)
    t.start()
    squares = []
    for i in range(20):
        a.put(i)
        squares.append(b.get())
    a.put(None)
    t.join()
    print(kind.__name__, squares)

stop.set()
for t in threads:
    t.join()
print(all(counts), len(counts))


# a signal ends the wait for a lock at whatever moment it comes
class Alarm(Exception):
    pass


def raise_alarm(signum, frame):
    raise Alarm


signal.signal(signal.SIGALRM, raise_alarm)
lock = threading.Lock()
lock.acquire()
ended = 0
for i in range(100):
    try:
        signal.setitimer(signal.ITIMER_REAL, (1 + i % 60) * 1e-6, 0.05)
        lock.acquire()
    except Alarm:
        ended += 1
    try:
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Alarm:
        pass
print(ended)

# an interval of years is no overflow, and still gives way to nobody before its time
sys.setswitchinterval(1e9)
print(sys.getswitchinterval())
t = threading.Thread(target=sorted, args=(range(1000),))
t.start()
t.join()
