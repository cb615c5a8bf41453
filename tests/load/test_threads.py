"""A thousand threads at once, several times: all run, all end, nothing stays."""
import threading

from meter import Flat

COUNT = 1000


def round_of_threads():
    barrier = threading.Barrier(COUNT + 1)
    lock, total = threading.Lock(), [0]
    local = threading.local()

    def work(i):
        local.value = [i] * 10
        barrier.wait()
        with lock:
            total[0] += sum(local.value)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(COUNT)]
    for t in threads:
        t.start()
    barrier.wait()
    for t in threads:
        t.join()
    return total[0]


threading.stack_size(256 * 1024)
print(round_of_threads())
with Flat('threads'):
    for _ in range(5):
        print(round_of_threads(), threading.active_count())
