"""One lock for all threads: where the work of threads and that of processes is done, and when the lock is free."""
import hashlib
import multiprocessing
import os
import sys
import threading
import time


def count_up(n):
    count = 0
    for i in range(n):
        count += 1
    return count


def square(n):
    return n * n


def run(make, n):
    """-> processor time of this process, and of its children"""
    before = os.times()
    workers = [make(target=count_up, args=(n,)) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    after = os.times()
    return after.user - before.user, after.children_user - before.children_user


if __name__ == '__main__':
    context = multiprocessing.get_context('fork')
    print('switch interval:', sys.getswitchinterval())
    here, children = run(threading.Thread, 3_000_000)
    print('threads work here:', here > children)
    here, children = run(context.Process, 3_000_000)
    print('processes work elsewhere:', here < children)
    with context.Pool(4) as pool:
        print(pool.map(square, [1, 2, 3, 4, 5]))

    # Sleeping and hashing large data let other threads run.
    start = time.monotonic()
    threads = [threading.Thread(target=time.sleep, args=(0.3,)) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print('eight sleep at once:', time.monotonic() - start < 1.5)
    digests, data = [], bytes(1 << 24)
    threads = [threading.Thread(target=lambda: digests.append(hashlib.sha256(data).hexdigest())) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(len(digests), set(digests) == {hashlib.sha256(data).hexdigest()})

    # An operation of several instructions needs a lock of its own.
    total, lock = [0], threading.Lock()

    def add():
        for _ in range(20_000):
            with lock:
                total[0] += 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print('counted under a lock:', total[0])
