"""import: modules of the standard library loaded again and again, names imported in functions."""
import sys

N = 6
NAMES = ['textwrap', 'string', 'calendar', 'colorsys', 'fnmatch', 'getopt', 'cmd', 'shlex', 'sched',
         'netrc', 'stat', 'bisect', 'this_is_missing', 'quopri', 'statistics']


def load():
    loaded = 0
    for name in NAMES:
        sys.modules.pop(name, None)
        try:
            __import__(name)
            loaded += 1
        except ImportError:
            pass
    return loaded


def inside(n):
    for _ in range(n):
        import os.path
        from collections import deque
    return deque(os.path.basename('a/b'))


def run(n):
    saved = dict(sys.modules)
    try:
        return sum(load() for _ in range(n)), len(inside(n * 500))
    finally:
        sys.modules.update(saved)
