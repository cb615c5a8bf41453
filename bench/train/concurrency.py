"""Training: coroutines, tasks, queues, threads."""
import asyncio
import queue
import threading

N = 60


class Ticker:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n


class Resource:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *details):
        return False


async def countdown(n):
    while n:
        yield n
        n -= 1


async def job(n, lock, out):
    async with Resource():
        async for i in Ticker(3):
            n += i
    async with lock:
        out.append(n)
    return sum([x async for x in countdown(4)]) + n


async def main(n):
    lock, out = asyncio.Lock(), []
    totals = await asyncio.gather(*(job(i, lock, out) for i in range(n)))
    event = asyncio.Event()

    async def wait():
        await event.wait()
        return 1

    tasks = [asyncio.create_task(wait()) for _ in range(5)]
    asyncio.get_running_loop().call_soon(event.set)
    done, _ = await asyncio.wait(tasks)
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.001)
    except asyncio.TimeoutError:
        totals.append(len(done))
    return sum(totals), sorted(out)[0]


def threads(n):
    jobs, total, lock = queue.Queue(), [0], threading.Lock()

    def serve():
        while (item := jobs.get()) is not None:
            with lock:
                total[0] += item

    workers = [threading.Thread(target=serve) for _ in range(2)]
    for w in workers:
        w.start()
    for i in [*range(n), None, None]:
        jobs.put(i)
    for w in workers:
        w.join()
    return total[0]


def run(n):
    return asyncio.run(main(n)), threads(n)
