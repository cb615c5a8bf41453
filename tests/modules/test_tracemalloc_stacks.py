"""Tracebacks of tracemalloc: the callers of an allocation, in all the ways in which they come about and change."""
import _tracemalloc
import asyncio
import os
import sys
import tracemalloc


def where(obj):
    """Of the trace of a block of this size: lines of this file, other files, how many frames there were."""
    for _, size, sites, total in _tracemalloc._get_traces():
        if size == len(obj) + 1:
            others = {os.path.basename(file) for file, line in sites} - {os.path.basename(__file__)}
            return [line for file, line in sites if file == __file__], sorted(others), total


size = [1000]


def make():
    size[0] += 1
    return bytearray(size[0])


def deep(n, f=make):
    if n % 3:
        return deep(n - 1, f)
    return deep(n - 1, f) if n else f()


def produce():
    while True:
        yield make()


def delegate():
    yield from produce()


def here(gen):
    return next(gen)


def there(gen):
    x = next(gen)
    return x


class Made:
    def __init__(self):
        self.data = make()

    def __add__(self, other):
        return make()

    @property
    def value(self):
        return make()

    def __del__(self):
        kept.append(make())


kept = []


async def inner():
    await asyncio.sleep(0)
    return make()


async def outer():
    return await inner(), await asyncio.gather(inner(), asyncio.create_task(inner()))


def several():
    for n in (0, 1, 5, 70, 200):
        print(n, where(deep(n)))
    for step in (produce, delegate):
        gen = step()
        for resume in here, there, next, here, lambda g: deep(2, lambda: next(g)):
            print(step.__name__, where(resume(gen)))
    m = Made()
    print(where(m.data), where(m + m), where(m.value))
    del m
    print(where(kept.pop()))
    print(where(list(map(lambda i: make(), range(2)))[1]))
    print([where(x) for x in [make() for i in range(2)]])
    one, (two, three) = asyncio.run(outer())
    print([where(x) for x in (one, two, three)])
    space = {'make': make}
    for i in range(3):
        exec(compile('\n' * i + 'x = make()\ny = bytearray(%d)' % (990 + i), 'file%d' % i, 'exec'), space)
        print(where(space['x']), where(space['y']))
    try:
        raise ValueError(make())
    except ValueError as e:
        print(where(e.args[0]))


for frames in 1, 2, 3, 25, 300:
    tracemalloc.start(frames)
    print('frames', tracemalloc.get_traceback_limit())
    several()
    x = deep(3)
    tracemalloc.clear_traces()
    print(where(x), where(deep(3)))
    tracemalloc.stop()


# a line that is jumped to while the tracing function holds what it made
def jumping():
    a = 1
    a = 2
    a = 3
    return a


def tracer(frame, event, arg):
    if event == 'line' and frame.f_lineno == jumping.__code__.co_firstlineno + 1:
        kept.append(make())
        frame.f_lineno += 2
        kept.append(make())
    return tracer


tracemalloc.start(3)
sys.settrace(tracer)
jumping()
sys.settrace(None)
print([where(x) for x in kept])
tracemalloc.stop()

# many callers
sys.setrecursionlimit(30000)
for frames in 1, 2:
    tracemalloc.start(frames)
    found = []

    def bottom():
        found.append(where(make()))
        found.append(where(make()))
    deep(20000, bottom)
    print(found, where(make()))
    tracemalloc.stop()


# more different chains than any table holds
def branch(n, f):
    if n == 0:
        return f()
    branch(n - 1, f)
    return branch(n - 1, f)


tracemalloc.start(4)
count = [0]


def leaf():
    count[0] += 1
    x = make()
    if count[0] % 20000 == 0:
        print(where(x))


branch(16, leaf)
tracemalloc.stop()
