"""What the builds that check change by design, for tests that ask about exactly that; by itself it prints the build.

- The debug build puts guards around every block and stops where a result and the pending exception contradict
  each other.
- Under AddressSanitizer freed memory waits before it is used again, an eighth of every address touched is
  resident as shadow, and plain blocks are malloc's.
- Frames are larger in all of them, and all of them are slow.

A test measures what holds in every build: memory with nothing waiting and without shadow, limits counted from
what the interpreter itself has.  What cannot hold stands in CANNOT with its reason; run.py prints it, and leaves
the part out of both interpreters' reports.
"""
import ctypes
import os
import sys

KRAIT = 'Krait' in sys.version
DEBUG = hasattr(sys, 'gettotalrefcount')
ADDRESS = hasattr(ctypes.CDLL(None), '__asan_init')
THREAD = hasattr(ctypes.CDLL(None), '__tsan_init')
KIND = 'address' if ADDRESS else 'thread' if THREAD else 'debug' if DEBUG else 'plain'
STACKS = 'copies parts of the C stack elsewhere and back, but not what the sanitizer knows of them'
# build -> {package or part of a test: why it is not asked there}
BINDING = 'opens its libraries with RTLD_DEEPBIND, which the sanitizers refuse'
SANITIZED = {'greenlet': STACKS, 'gevent': STACKS, 'Cryptodome': BINDING}
DEEP = {'deep-hash': 'takes a C frame for each of 100,000 tuples, and frames are larger'}
CANNOT = {'plain': {}, 'debug': DEEP, 'address': SANITIZED | DEEP, 'thread': SANITIZED | DEEP}
NOTHING_WAITS = 'quarantine_size_mb=0:thread_local_quarantine_size_kb=0'
SHADOW = range(0x7fff8000, 0x10007fff8000)


def omitted():
    """Packages that are left out of this run, by the environment of run.py."""
    return os.environ.get('KRAIT_TESTS_OMIT', '').split()


def measure():
    """The script begins anew with nothing waiting; called before it did anything."""
    options = os.environ.get('ASAN_OPTIONS', '')
    if ADDRESS and NOTHING_WAITS not in options:
        os.environ['ASAN_OPTIONS'] = ':'.join(filter(None, [options, NOTHING_WAITS]))
        os.execv(sys.executable, sys.orig_argv)


def resident():
    """Resident memory in bytes."""
    if not ADDRESS:
        with open('/proc/self/statm', 'rb') as f:
            return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
    ctypes.CDLL(None).__sanitizer_purge_allocator()
    total, counts = 0, True
    with open('/proc/self/smaps', 'rb') as f:
        for line in f:
            first, second = line.split()[:2]
            if first == b'Rss:':
                total += int(second) * counts
            elif b':' not in first:
                counts = int(first.split(b'-')[0], 16) not in SHADOW
    return total * 1024


def lists_of_free(size):
    """What AddressSanitizer's malloc itself needs to know that `size` bytes are free: four bytes for each block."""
    return size // 16 if ADDRESS else 0


if __name__ == '__main__':
    print(KIND)
