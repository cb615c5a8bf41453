# slow
"""Workers of a process pool are killed at random points of their work: no call hangs, no result is lost without an error."""
import concurrent.futures
import multiprocessing
import os
import random
import signal
import time
from concurrent.futures.process import BrokenProcessPool


def work(n, started):
    os.write(started, b'%8d' % os.getpid())
    time.sleep(0.03)
    return n * n


def executor_round(rng, read, write):
    """An executor breaks as a whole when one worker dies; -> (results, errors)."""
    with concurrent.futures.ProcessPoolExecutor(3, multiprocessing.get_context('fork')) as pool:
        futures = [pool.submit(work, n, write) for n in range(40)]
        for _ in range(rng.randrange(1, 12)):
            victim = int(os.read(read, 8))
        time.sleep(rng.random() * 0.02)
        os.kill(victim, signal.SIGKILL)
        good = errors = 0
        for n, future in enumerate(futures):
            try:
                assert future.result(timeout=60) == n * n
                good += 1
            except BrokenProcessPool:
                errors += 1
    return good, errors


def pool_round(rng, read, write):
    """A Pool replaces a dead worker; only the task that died with it times out.  -> (results, timeouts)"""
    with multiprocessing.get_context('fork').Pool(3) as pool:
        calls = [pool.apply_async(work, (n, write)) for n in range(40)]
        for _ in range(rng.randrange(1, 12)):
            victim = int(os.read(read, 8))
        time.sleep(rng.random() * 0.02)
        os.kill(victim, signal.SIGKILL)
        good = lost = 0
        for n, call in enumerate(calls):
            try:
                assert call.get(timeout=5) == n * n
                good += 1
            except multiprocessing.TimeoutError:
                lost += 1
    return good, lost


def drain(read):
    os.set_blocking(read, False)
    try:
        while os.read(read, 4096):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(read, True)


rng = random.Random(5)
read, write = os.pipe()
for kind, rounds in (executor_round, 15), (pool_round, 3):
    results = []
    for _ in range(rounds):
        results.append(kind(rng, read, write))
        drain(read)
    print(kind.__name__, all(sum(r) == 40 for r in results), all(r[1] <= (40 if kind is executor_round else 1) for r in results))
try:
    while os.waitpid(-1, os.WNOHANG) != (0, 0):
        pass
except ChildProcessError:
    print('no child left')
