"""threads: a message goes to and fro between two threads; each way is a wake-up and a change of the GIL's holder."""
import threading

N = 3000


def run(n):
    there, back = threading.Semaphore(0), threading.Semaphore(0)

    def answer():
        for _ in range(n):
            there.acquire()
            back.release()

    thread = threading.Thread(target=answer)
    thread.start()
    for _ in range(n):
        there.release()
        back.acquire()
    thread.join()
    return n
