"""Daemon threads that run, wait and write while the interpreter shuts down: they just end."""
import subprocess
import sys

PROGRAM = '''
import os, sys, threading, time
sys.setswitchinterval(1e-6)
lock = threading.Lock()
lock.acquire()
r, w = os.pipe()
sink = open(os.devnull, 'w')
local = threading.local()

def spin():
    local.x = [0]
    while True:
        local.x[0] += 1

def write():
    while True:
        sink.write('text' * 100)
        sink.flush()

def nap():
    while True:
        time.sleep(0.0001)

def read():
    os.read(r, 10)

def wait():
    lock.acquire()

def event():
    while True:
        threading.Event().wait(0.0001)

for target in (spin, write, nap, read, wait, event):
    threading.Thread(target=target, daemon=True).start()
time.sleep(0.02)
print('end')
'''

for _ in range(6):
    done = subprocess.run([sys.executable, '-c', PROGRAM], capture_output=True, timeout=60)
    print(done.returncode, done.stdout, done.stderr)
