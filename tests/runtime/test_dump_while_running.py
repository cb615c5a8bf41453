"""Tracebacks of threads that call, return, make generators and end while they are looked at.

The reference looks without asking whether there still is memory and may crash; only Krait is asked."""
import subprocess
import sys

SOURCE = '''
import faulthandler, threading, time

def down(n):
    return down(n - 1) if n else sum(x for x in range(20))

def numbers(n):
    yield from numbers(n - 1) if n else range(3)

with open('/dev/null', 'w') as f:
    faulthandler.dump_traceback_later(0.0001, repeat=True, file=f)
    end, rounds = time.monotonic() + 1, 0
    while time.monotonic() < end:
        down(rounds % 50)
        list(numbers(rounds % 20))
        if rounds % 50 == 0:
            thread = threading.Thread(target=down, args=(30,))
            thread.start()
            thread.join()
        rounds += 1
    faulthandler.cancel_dump_traceback_later()
'''
print(0 if not hasattr(sys, 'krait') else subprocess.run([sys.executable, '-c', SOURCE]).returncode)
