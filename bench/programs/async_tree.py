"""asyncio: a tree of gathered tasks, some of which wait."""
import asyncio

N = 5


async def node(depth, counter):
    if depth == 0:
        counter[0] += 1
        if counter[0] % 3 == 0:
            await asyncio.sleep(0)
        return 1
    return sum(await asyncio.gather(*[node(depth - 1, counter) for _ in range(4)])) + 1


async def queue_pair(n):
    queue = asyncio.Queue(10)
    done = 0

    async def produce():
        for i in range(n):
            await queue.put(i)
        await queue.put(None)

    async def consume():
        nonlocal done
        while (item := await queue.get()) is not None:
            done += item

    await asyncio.gather(produce(), consume())
    return done


def run(n):
    return asyncio.run(node(n, [0])), asyncio.run(queue_pair(n * 400))
