"""threads: four of them want one lock for a short time each."""
import threading

N = 20000


def run(n):
    lock = threading.Lock()
    count = 0

    def work():
        nonlocal count
        for _ in range(n):
            with lock:
                count += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count
