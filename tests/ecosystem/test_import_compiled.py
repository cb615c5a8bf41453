# slow
"""Import every compiled module below dist-packages, each in a process of its own.

Prints for each module what happened: how many names it has, or the exception, or the signal.  What is
installed is what is tested; run.py compares the report with the reference's."""
import concurrent.futures
import os
import subprocess
import sys

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from builds import omitted

FOLDER = '/usr/lib/python3/dist-packages'
ENDINGS = ['.cpython-311-x86_64-linux-gnu.so', '.cpython-311-aarch64-linux-gnu.so', '.abi3.so', '.so']
# Imports a package, then each of its modules in a fork.
CHILD = '''
import importlib, os, sys
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
package, *modules = sys.argv[1:]
try:
    importlib.import_module(package)
except BaseException:
    pass
for name in modules:
    pid = os.fork()
    if pid == 0:
        try:
            module = importlib.import_module(name)
            result = "%d names" % len(vars(module))
        except BaseException as e:
            result = "%s: %s" % (type(e).__name__, str(e).splitlines()[:1])
        print(name, "-", result, file=out, flush=True)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        print(name, "- exit", status, file=out, flush=True)
'''


def modules():
    """Names of the modules that files of this ABI hold; other versions' files and plain libraries are not."""
    found = set()
    for folder, folders, files in os.walk(FOLDER):
        folders[:] = sorted(f for f in folders if f.isidentifier())
        for file in files:
            for ending in ENDINGS:
                if file.endswith(ending) and '.' not in file[:-len(ending)]:
                    path = os.path.relpath(os.path.join(folder, file[:-len(ending)]), FOLDER)
                    found.add(path.replace(os.sep, '.'))
                    break
    return sorted(found)


def attempt(package):
    try:
        p = subprocess.run([sys.executable, '-c', CHILD, package, *packages[package]], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, timeout=250)
    except subprocess.TimeoutExpired as e:
        return '%s%s: no end after 250 seconds' % ((e.stdout or b'').decode(), package)
    return p.stdout + ('%s: exit %d\n' % (package, p.returncode) if p.returncode else '')


packages = {}
for name in modules():
    package = name.partition('.')[0]
    if package not in omitted():
        packages.setdefault(package, []).append(name)
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for report in pool.map(attempt, packages):
        print(report, end='', flush=True)
