"""Memory that loops fill and drop over and over goes back when the program waits."""
import gc
import os
import sys
import time

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import builds

builds.measure()
resident = builds.resident


def fill(n):
    return [(i, str(i), [i]) for i in range(n)]


start = resident()
for turn in range(8):
    fill(50000)
time.sleep(0.15)
resident()                      # a wait: idle memory goes back
print(resident() < start * 1.6)

# Live objects among the dropped ones: what is left stays intact.
kept = []
for turn in range(5):
    many = fill(40000)
    kept.append(many[turn::5000])
    del many
    gc.collect()
print(all(item == (item[0], str(item[0]), [item[0]]) for some in kept for item in some))
print(sum(len(some) for some in kept))

# A collection that is asked for gives much back even if another has just done so.
time.sleep(0.15)
start = resident()
for turn in range(3):
    gc.collect()
    many = fill(200000)
    peak = resident()
    del many
    gc.collect()
    print(peak - start > 5 << 20, resident() - start < (4 << 20) + builds.lists_of_free(peak - start))
