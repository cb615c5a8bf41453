"""threading: a pool, a queue, locks, conditions."""
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

N = 1500


def work(n):
    return sum(i * i for i in range(n % 50))


def run(n):
    lock = threading.Lock()
    total = 0
    jobs = queue.Queue()

    def consume():
        nonlocal total
        while (item := jobs.get()) is not None:
            with lock:
                total += item

    threads = [threading.Thread(target=consume) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(n):
        jobs.put(i)
    for thread in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    with ThreadPoolExecutor(3) as pool:
        total += sum(pool.map(work, range(n // 3)))
    return total
