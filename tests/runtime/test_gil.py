"""Threads share the GIL: busy ones take turns, a blocked one lets others run, waits are counted where they happen."""
import sys
import threading
import time

print(sys.getswitchinterval())
for bad in 0, -1, 'x':
    try:
        sys.setswitchinterval(bad)
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)

# two busy threads: neither is starved
counts = [0, 0]
stop = threading.Event()


def spin(i):
    while not stop.is_set():
        counts[i] += 1


threads = [threading.Thread(target=spin, args=(i,)) for i in range(2)]
for t in threads:
    t.start()
time.sleep(0.3)
stop.set()
for t in threads:
    t.join()
print(all(counts), min(counts) * 20 > max(counts))

# sleeping threads sleep together
start = time.monotonic()
threads = [threading.Thread(target=time.sleep, args=(0.2,)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(time.monotonic() - start < 0.6)

if hasattr(sys, '_krait_gil_stats'):
    stats = sys._krait_gil_stats()
    assert stats['waits'] > 0 and stats['requests'] > 0 and stats['holds'] > 0, stats
    assert 0 < stats['wait_max'] <= stats['wait_total'], stats
    assert 0 < stats['hold_max'] <= stats['hold_total'], stats
