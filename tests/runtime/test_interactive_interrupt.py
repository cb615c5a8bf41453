"""Interrupts at the prompts of a session on a terminal."""
import os
import pty
import select
import sys
import time

ENDS = (b'>>>', b'...', b'z?')


def read(fd, out, seconds):
    """What comes until a prompt stands at the end."""
    end = time.time() + seconds
    while time.time() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            if out.rstrip(b' ').endswith(ENDS):
                break
            continue
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    return out


def session(options, lines):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='dumb', HOME='/nonexistent')
        os.execv(sys.executable, [sys.executable, '-q', *options])
    out = read(fd, b'', 20)
    for line in lines:
        os.write(fd, line)
        time.sleep(0.05)
        out = read(fd, out, 20)
    os.write(fd, b'\x04')
    time.sleep(0.05)
    out = read(fd, out, 1)
    os.close(fd)
    print(options, lines, out, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


for options in ['-I'], ['-S', '-I']:
    session(options, [b'\x03', b'1\n', b'if 1:\n', b'\x03', b'2\n', b'if 1:\n', b' x\x03', b'input("z?")\n', b'\x03', b'3\n'])
