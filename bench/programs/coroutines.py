"""Coroutines driven by hand: await chains and an event loop of one screen."""
from collections import deque

N = 350


class Switch:
    def __await__(self):
        yield


async def leaf(n):
    if n % 4 == 0:
        await Switch()
    return n


async def branch(n, depth):
    if depth == 0:
        return await leaf(n)
    return await branch(n, depth - 1) + await leaf(depth)


async def worker(results, n):
    total = 0
    for i in range(8):
        total += await branch(n + i, 4)
    results.append(total)


def run(n):
    results = []
    ready = deque(worker(results, i) for i in range(n))
    while ready:
        task = ready.popleft()
        try:
            task.send(None)
        except StopIteration:
            continue
        ready.append(task)
    return sum(results)
