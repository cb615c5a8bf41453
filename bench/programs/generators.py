"""Generators: pipelines, trees with yield from, send."""
N = 2500


class Tree:
    def __init__(self, low, high):
        middle = (low + high) // 2
        self.value = middle
        self.left = Tree(low, middle) if low < middle else None
        self.right = Tree(middle + 1, high) if middle + 1 < high else None

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def odd(source):
    for i in source:
        if i & 1:
            yield i


def pairs(source):
    for i in source:
        yield i, i * i


def averager():
    total = count = 0
    value = None
    while True:
        value = yield (total / count if count else 0.0)
        total += value
        count += 1


def run(n):
    total = sum(Tree(0, n))
    total += sum(b - a for a, b in pairs(odd(numbers(n * 8))))
    average = averager()
    next(average)
    for i in range(n * 4):
        mean = average.send(i)
    return total, mean
