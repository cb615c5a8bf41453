"""numpy releases the GIL: threads that sort arrays run beside each other, and results do not depend on it."""
import threading

import numpy as np


def work(seed, results):
    random = np.random.default_rng(seed)
    values = random.normal(size=200_000)
    values.sort()
    matrix = random.normal(size=(60, 60))
    results[seed] = (round(float(values[1000]), 6), round(float(np.linalg.slogdet(matrix)[1]), 6), int(np.bincount(random.integers(0, 9, 1000)).argmax()))


alone, together = {}, {}
for seed in range(6):
    work(seed, alone)
threads = [threading.Thread(target=work, args=(seed, together)) for seed in range(6)]
for thread in threads:
    thread.start()
count = 0
while any(thread.is_alive() for thread in threads):     # Python runs on while they work
    count += 1
for thread in threads:
    thread.join()
for seed in sorted(together):
    print(seed, together[seed], together[seed] == alone[seed])
print('the main thread ran meanwhile:', count > 0)
