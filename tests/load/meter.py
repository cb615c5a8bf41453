"""What a process holds: resident memory and open descriptors; shared by the tests of this folder."""
import gc
import os


def resident():
    """Resident memory in KiB."""
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') // 1024


def descriptors():
    return len(os.listdir('/proc/self/fd'))


class Flat:
    """With statement: descriptors must be as before, memory must not have grown by more than `slack` KiB."""

    def __init__(self, what, slack=4096):
        self.what, self.slack = what, slack

    def __enter__(self):
        gc.collect()
        self.before = resident(), descriptors()
        return self

    def __exit__(self, kind, *rest):
        if kind is None:
            gc.collect()
            memory, open_files = resident() - self.before[0], descriptors() - self.before[1]
            print(self.what, 'memory', 'flat' if memory <= self.slack else 'grew by %d KiB' % memory,
                  'descriptors left:', open_files)
