"""Locks, thread-local data, switching between threads."""
import _thread
import time

lock = _thread.allocate_lock()
total = 0
done = []


def wait_for(count):
    while len(done) < count:
        time.sleep(0.001)


def add(number):
    global total
    for _ in range(2000):
        with lock:
            total += 1
    done.append(number)


for number in range(8):
    _thread.start_new_thread(add, (number,))
wait_for(8)
print(total, sorted(done))

local = _thread._local()
local.x = 1


def look():
    print(hasattr(local, 'x'))
    local.x = 2
    done.append(8)


_thread.start_new_thread(look, ())
wait_for(9)
print(local.x)


class WithInit(_thread._local):
    def __init__(self, value):
        self.value = value


made = WithInit(5)
_thread.start_new_thread(lambda: (print(made.value), done.append(9)), ())
wait_for(10)

again = _thread.RLock()
with again:
    with again:
        print(again._is_owned())
print(again._is_owned())

for text in ('lock.release()', 'again.release()', 'lock.acquire(False, 1)', 'lock.acquire(True, -2)',
             '_thread.start_new_thread(1, ())', '_thread.start_new_thread(len, 1)',
             'lock.locked(1)', '_thread._local(1)', '_thread.LockType()', '_thread.stack_size(100)',
             '_thread.interrupt_main(100)', '_thread.TIMEOUT_MAX'):
    try:
        print(text, eval(text))
    except Exception as error:
        print(text, type(error).__name__, error)
