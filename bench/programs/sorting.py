"""sort: keys, tuples, floats, strings, instances; heapq and bisect."""
import bisect
import heapq
import operator
import random

N = 6000


class Version:
    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        return self.number < other.number


def quicksort(items):
    if len(items) < 2:
        return items
    pivot = items[len(items) // 2]
    return (quicksort([x for x in items if x < pivot]) + [x for x in items if x == pivot] +
            quicksort([x for x in items if x > pivot]))


def run(n):
    source = random.Random(11)
    numbers = [source.random() for _ in range(n)]
    ints = [int(x * 100000) for x in numbers]
    texts = [str(i) for i in ints]
    pairs = list(zip(ints, texts))
    out = [sorted(numbers)[0], sorted(ints)[1], sorted(texts)[2], sorted(pairs)[3][0],
           sorted(pairs, key=lambda p: -p[0])[4][0], sorted(pairs, key=operator.itemgetter(1))[5][0],
           sorted(map(Version, ints[:n // 3]))[6].number, quicksort(ints)[7]]
    heap = []
    for item in ints:
        heapq.heappush(heap, item)
    out.append([heapq.heappop(heap) for _ in range(n)][8])
    ordered = []
    for item in ints[:n // 2]:
        bisect.insort(ordered, item)
    return out, ordered[9]
