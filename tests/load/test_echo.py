# slow
"""An asyncio echo server holds a thousand connections for a minute; every line comes back, memory stays flat."""
import asyncio
import gc
import resource
import time

from meter import Flat

CONNECTIONS, SECONDS = 1000, 60
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)) if hard != resource.RLIM_INFINITY else 4096, hard))


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def client(port, number, until, lines):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    i = 0
    while time.monotonic() < until or i == 0:
        text = b'%d %d\n' % (number, i)
        writer.write(text)
        if await reader.readline() != text:
            raise AssertionError('not what was sent')
        i += 1
        await asyncio.sleep(1)
    writer.close()
    await writer.wait_closed()
    lines.append(i)


async def hold(seconds):
    server = await asyncio.start_server(echo, '127.0.0.1', 0, backlog=CONNECTIONS)
    port = server.sockets[0].getsockname()[1]
    lines = []
    until = time.monotonic() + seconds
    async with server:
        await asyncio.gather(*(client(port, n, until, lines) for n in range(CONNECTIONS)))
    return len(lines), min(lines) > 0


print(asyncio.run(hold(2)))
with Flat('echo', 16384):
    print(asyncio.run(hold(SECONDS)))
