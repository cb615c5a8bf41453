"""What a process holds: resident memory and open descriptors; shared by the tests of this folder."""
import gc
import os
import sys

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import builds

builds.measure()


def descriptors():
    return len(os.listdir('/proc/self/fd'))


class Flat:
    """With statement: descriptors must be as before, memory must not have grown by more than `slack` KiB."""

    def __init__(self, what, slack=4096):
        self.what, self.slack = what, slack

    def __enter__(self):
        gc.collect()
        self.before = builds.resident(), descriptors()
        return self

    def __exit__(self, kind, *rest):
        if kind is None:
            gc.collect()
            memory, open_files = (builds.resident() - self.before[0]) // 1024, descriptors() - self.before[1]
            print(self.what, 'memory', 'flat' if memory <= self.slack else 'grew by %d KiB' % memory,
                  'descriptors left:', open_files)
