"""threads: a thread waits for a byte on a socket again and again while another one computes without a pause."""
import socket
import threading

N = 20
WALL = True             # the question is how long the waiting thread waits


def run(n):
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def busy():
        while not stop.is_set():
            sum(range(1000))

    def echo():
        while data := theirs.recv(1):
            theirs.send(data)

    threads = [threading.Thread(target=busy), threading.Thread(target=echo)]
    for thread in threads:
        thread.start()
    for _ in range(n):
        ours.send(b'x')
        ours.recv(1)
    ours.close()
    stop.set()
    for thread in threads:
        thread.join()
    theirs.close()
    return n
