# slow
"""Ten thousand processes in a row, by fork, by spawn and by subprocess: every exit code is seen, nothing stays."""
import os
import subprocess

from meter import Flat


def forks(count):
    good = 0
    for i in range(count):
        pid = os.fork()
        if pid == 0:
            os._exit(i % 200)
        good += os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == i % 200
    return good


def spawns(count):
    return sum(os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)[1]) == 0
               for _ in range(count))


def children(count):
    return sum(subprocess.run(['/bin/echo', str(i)], stdout=subprocess.PIPE).stdout == b'%d\n' % i
               for i in range(count))


print(forks(20), spawns(20), children(20))
with Flat('processes'):
    print(forks(4000), spawns(3000), children(3000))
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError as e:
    print('no child left')
