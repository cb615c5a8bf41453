# slow
"""Workers of a process pool are killed at random points: no call hangs, no result is lost without an error."""
import concurrent.futures
import os
import random
import signal
import time
from concurrent.futures.process import BrokenProcessPool


def work(n):
    time.sleep(0.002)
    return n * n


def attempt(rng):
    """One pool whose worker is killed after a random time; -> (results, errors)."""
    with concurrent.futures.ProcessPoolExecutor(3) as pool:
        futures = [pool.submit(work, n) for n in range(60)]
        time.sleep(rng.random() * 0.08)
        victims = list(pool._processes or ())
        if victims:
            os.kill(rng.choice(victims), signal.SIGKILL)
        good = errors = 0
        for n, future in enumerate(futures):
            try:
                assert future.result(timeout=30) == n * n
                good += 1
            except BrokenProcessPool:
                errors += 1
    return good, errors


if __name__ == '__main__':
    rng = random.Random(5)
    rounds = [attempt(rng) for _ in range(25)]
    print(all(good + errors == 60 for good, errors in rounds))
    print(any(errors for _, errors in rounds))
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        print('no child left')
