"""Ten thousand open sockets on the loopback, watched by epoll: each byte sent arrives, all are closed again."""
import resource
import select
import socket

from meter import Flat

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
PAIRS = 5000 if hard == resource.RLIM_INFINITY or hard >= 10100 else 0
if PAIRS:
    resource.setrlimit(resource.RLIMIT_NOFILE, (10100, hard))


def open_all():
    server = socket.create_server(('127.0.0.1', 0), backlog=128)
    address = server.getsockname()
    pairs = []
    for _ in range(PAIRS):
        client = socket.create_connection(address)
        peer, _ = server.accept()
        pairs.append((client, peer))
    poll = select.epoll()
    waiting = {}
    for number, (client, peer) in enumerate(pairs):
        poll.register(peer, select.EPOLLIN)
        waiting[peer.fileno()] = number, peer
        client.send(b'%d' % number)
    right = 0
    while waiting:
        for fd, event in poll.poll(10):
            number, peer = waiting.pop(fd)
            right += peer.recv(100) == b'%d' % number
            poll.unregister(fd)
    poll.close()
    for client, peer in pairs:
        client.close()
        peer.close()
    server.close()
    return right


print(PAIRS > 0, open_all() == PAIRS)
with Flat('sockets'):
    for _ in range(2):
        print(open_all() == PAIRS)
