"""Give an interpreter mutated input and see that it lives.

    fuzz.py [-t SECONDS | -n COUNT] [-s SEED] [--from NUMBER] [--interp build-asan/krait] TARGET...
    fuzz.py --compare [-n COUNT] [-s SEED] TARGET...      the outcomes of both interpreters
    fuzz.py TARGET INPUT-FILE...                          saved inputs once more

A target is a file target_<name>.py beside this one:

    def seeds():        a list of bytes: good inputs, best from the standard library's own files
    def run(data):      what happens with one input; may raise what it likes, and may
                        return something whose repr --compare looks at
    WORDS = [...]       optional: bytes that are worth inserting
    SIZE = 1000         optional: inputs are windows of about this many bytes

Input number N of seed S is the same in every run.  A watched process does the work; a death, a
sanitizer's report, a SystemError about a result and an exception that do not fit together, or 60
seconds of processor time without progress is a failure: the input is saved
as fuzz-<target>-<seed>-<number>.input and the process starts again behind it.
The last line is `N passed, N failed, N skipped`: inputs that lived, and the failures.
"""
import argparse
import importlib
import mmap
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REFERENCE = '/usr/bin/python3.11'
HANG, MAX_FAILURES = 60, 5      # seconds of processor time: on a busy machine those of the clock say nothing
ASLEEP = 1200                   # seconds of the clock after which it waits for something
BROKEN = ('without setting an exception', 'with an exception set', 'without exception set', 'unknown opcode')
ROOM = 1 << 20                  # of the shared file: number, length, input
NUMBERS = [0, 1, 2, 127, 128, 255, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
           2**63 - 1, 2**63, 2**64 - 1]


# ---- inputs ----

def change(data, choose, seeds, words, size):
    """Change the bytearray in one way."""
    at = choose.randrange(len(data) + 1)
    kind = choose.randrange(9)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << choose.randrange(8)
    elif kind == 1 and at < len(data):
        data[at] = choose.randrange(256)
    elif kind == 2:
        del data[at:at + choose.choice((1, 1, 2, 4, 16, 200))]
    elif kind == 3:
        piece = data[at:at + choose.choice((1, 2, 8, 40, 200))]
        data[at:at] = piece * choose.choice((1, 1, 2, 3, 50))
    elif kind == 4:
        width = choose.choice((1, 2, 4, 8))
        number = choose.choice(NUMBERS) & ((1 << 8 * width) - 1)
        data[at:at + width] = number.to_bytes(width, choose.choice(('little', 'little', 'big')))
    elif kind == 5:
        other = choose.choice(seeds)
        start = choose.randrange(len(other) + 1)
        data[at:at + choose.choice((0, 8))] = other[start:start + choose.randrange(1, max(size // 4, 2))]
    elif kind == 6:
        data[at:at] = choose.randbytes(choose.randrange(1, 9))
    elif words:
        word = choose.choice(words)
        data[at:at + choose.choice((0, 0, len(word)))] = word


def make_input(number, seed, seeds, words, size):
    choose = random.Random(seed * 1000003 + number)
    text = choose.choice(seeds)
    if len(text) > size:
        start = choose.randrange(len(text) - size // 2) if choose.random() < 0.8 else 0
        text = text[start:start + choose.randrange(size // 4, size + 1)]
    data = bytearray(text)
    for _ in range(choose.choice((0, 1, 1, 1, 2, 2, 3, 5, 8))):
        change(data, choose, seeds, words, size)
    return bytes(data[:ROOM // 2])


# ---- the process that does the work ----

def outcome(target, data):
    try:
        return repr(target.run(data))[:500]
    except SystemError as exc:
        if any(text in str(exc) for text in BROKEN):
            raise
        return 'SystemError: ' + str(exc).rpartition(': ')[2]   # it may begin with a place
    except BaseException as exc:
        return '%s: %s' % (type(exc).__name__, str(exc)[:300])


def work(name, seed, start, count, seconds, shared, outcomes):
    sys.path.insert(0, HERE)
    target = importlib.import_module('target_' + name)
    seeds = [bytes(s) for s in target.seeds() if s]
    words, size = getattr(target, 'WORDS', []), getattr(target, 'SIZE', 600)
    end = time.monotonic() + seconds
    log = open(outcomes, 'a', encoding='utf-8', errors='backslashreplace') if outcomes else None
    with open(shared, 'r+b') as f:
        room = mmap.mmap(f.fileno(), ROOM)
    number = start
    while number < start + count and time.monotonic() < end:
        data = make_input(number, seed, seeds, words, size)
        room[8:16] = len(data).to_bytes(8, 'little')
        room[16:16 + len(data)] = data
        room[:8] = number.to_bytes(8, 'little')
        line = outcome(target, data)
        if log:
            log.write('%d %s\n' % (number, line.replace('\n', '\\n').replace('\r', '\\r')))
            log.flush()
        number += 1
    room[:8] = number.to_bytes(8, 'little')


def work_files(name, files):
    sys.path.insert(0, HERE)
    target = importlib.import_module('target_' + name)
    for path in files:
        with open(path, 'rb') as f:
            print(path, outcome(target, f.read()), flush=True)


# ---- the process that watches ----

def environment(options):
    env = dict(os.environ, PYTHONHASHSEED='0', PYTHONDONTWRITEBYTECODE='1', PYTHONWARNINGS='ignore',
               LANG='C.UTF-8')
    env.setdefault('ASAN_OPTIONS', 'detect_leaks=0:allocator_may_return_null=1:handle_abort=1:'
                                   'max_allocation_size_mb=4000:soft_rss_limit_mb=1500:'
                                   'quarantine_size_mb=100:log_path=stderr')
    env['FUZZ_COMPARES'] = '1' if options.compare else ''
    env.setdefault('UBSAN_OPTIONS', 'print_stacktrace=1:halt_on_error=1:log_path=stderr')
    return env


def processor_time(pid):
    """Seconds that the process has used, 0 when it is gone."""
    try:
        with open('/proc/%d/stat' % pid) as f:
            fields = f.read().rpartition(')')[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def stop(process):
    """End the process; if it still can, it says where it was."""
    process.send_signal(signal.SIGABRT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def watch(process, shared):
    """Wait for the end of the process; end it if it stands still.  -> what to say about it"""
    last, since, used = None, 0, 0
    while True:
        try:
            code = process.wait(0.2)
            return None if code == 0 else 'died of signal %d' % -code if code < 0 else 'exit code %d' % code
        except subprocess.TimeoutExpired:
            pass
        with open(shared, 'rb') as f:
            number = f.read(8)
        if number != last:
            last, since, used = number, time.monotonic(), processor_time(process.pid)
        elif processor_time(process.pid) - used > HANG or time.monotonic() - since > ASLEEP:
            stop(process)
            return 'no progress for %d seconds' % (time.monotonic() - since)


def fuzz(name, interp, options, outcomes=None):
    """With `outcomes` failures are not reported.  -> (inputs that lived, failures)"""
    end = time.monotonic() + options.seconds
    lived, failures, start, last = 0, 0, options.first, options.first + options.count
    with tempfile.TemporaryDirectory(prefix='krait-fuzz-') as scratch:
        shared = os.path.join(scratch, 'input')
        while start < last and time.monotonic() < end and (outcomes or failures < MAX_FAILURES):
            with open(shared, 'wb') as f:
                f.write(start.to_bytes(8, 'little'))
                f.truncate(ROOM)
            command = [interp, os.path.abspath(__file__), '--work', name, str(options.seed), str(start),
                       str(last - start), str(end - time.monotonic()), shared, outcomes or '']
            with open(os.path.join(scratch, 'log'), 'w+b') as log:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=environment(options), cwd=scratch)
                trouble = watch(process, shared)
                with open(shared, 'rb') as f:
                    number = int.from_bytes(f.read(8), 'little')
                    data = f.read(int.from_bytes(f.read(8), 'little'))
                lived += number - start
                if trouble is None:
                    break
                log.seek(0)
                if not outcomes:
                    report(name, options, number, data, trouble, log.read().decode('utf-8', 'replace'))
            failures += 1
            if number == start and not data:
                break                   # not even its seeds
            start = number + 1
    return lived, failures


printing = threading.Lock()


def report(name, options, number, data, trouble, log):
    path = 'fuzz-%s-%d-%d.input' % (name, options.seed, number)
    with open(path, 'wb') as f:
        f.write(data)
    lines = log.splitlines()
    for i, line in enumerate(lines):
        if 'ERROR: AddressSanitizer' in line or 'runtime error:' in line:
            lines = lines[i:]
            break
    else:
        lines = lines[-20:]
    with printing:
        print('FAIL %s input %d of seed %d: %s; saved as %s' % (name, number, options.seed, trouble, path))
        print('    %r' % data[:2000])
        print('\n'.join('    ' + line for line in lines[:40]), flush=True)


def fuzz_all(options):
    totals = [0, 0]

    def one(name):
        began = time.monotonic()
        lived, failures = fuzz(name, options.interp, options)
        with printing:
            totals[0] += lived
            totals[1] += failures
            print('%s: %d inputs, %d failures, %.0f seconds, seed %d' %
                  (name, lived, failures, time.monotonic() - began, options.seed), flush=True)

    waiting = list(options.targets)

    def several():
        while waiting:
            one(waiting.pop(0))

    threads = [threading.Thread(target=several) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print('%d passed, %d failed, 0 skipped' % tuple(totals))
    return totals[1] > 0


def read_outcomes(path):
    with open(path, encoding='utf-8') as f:
        return dict(line.rstrip('\n').split(' ', 1) for line in f if ' ' in line)


def compare(name, options):
    """Print inputs whose outcomes differ; -> (equal, different)"""
    equal, kinds = 0, {}
    with tempfile.TemporaryDirectory(prefix='krait-fuzz-') as scratch:
        sides = []
        for interp in (options.interp, REFERENCE):
            path = os.path.join(scratch, os.path.basename(interp))
            fuzz(name, interp, options, path)
            sides.append(read_outcomes(path))
    for number, theirs in sides[1].items():
        ours = sides[0].get(number)
        if ours == theirs:
            equal += 1
        elif ours is not None:
            kinds.setdefault((ours.split(':')[0][:40], theirs.split(':')[0][:40]), []).append(
                (number, ours, theirs))
    for key, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print('%d times:' % len(found))
        for number, ours, theirs in found[:options.show]:
            print('  input %s\n    krait:     %s\n    reference: %s' % (number, ours, theirs))
    different = sum(len(found) for found in kinds.values())
    print('%s: %d equal, %d different' % (name, equal, different))
    return different


def main():
    if sys.argv[1:2] == ['--work']:
        name, seed, start, count, seconds, shared, outcomes = sys.argv[2:]
        return work(name, int(seed), int(start), int(count), float(seconds), shared, outcomes)
    if sys.argv[1:2] == ['--files']:
        return work_files(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('targets', nargs='*', help='all of them if none is named')
    parser.add_argument('--interp', default=os.path.join(ROOT, 'build-asan', 'krait'))
    parser.add_argument('-t', dest='seconds', type=float, default=60)
    parser.add_argument('-n', dest='count', type=int, default=1 << 40)
    parser.add_argument('-s', dest='seed', type=int, default=1)
    parser.add_argument('--from', dest='first', metavar='NUMBER', type=int, default=0)
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--compare', action='store_true')
    parser.add_argument('--show', type=int, default=3)
    parser.add_argument('--list', action='store_true', help='print the names of the targets')
    options = parser.parse_args()
    options.interp = os.path.abspath(options.interp)
    names = sorted(f[7:-3] for f in os.listdir(HERE) if f.startswith('target_') and f.endswith('.py'))
    if options.list:
        print('\n'.join(names))
        return 0
    if options.targets and any(os.path.exists(a) for a in options.targets[1:]):
        return subprocess.run([options.interp, os.path.abspath(__file__), '--files'] + options.targets,
                              env=environment(options)).returncode
    options.targets = options.targets or names
    unknown = [name for name in options.targets if name not in names]
    if unknown:
        parser.error('no target %s; there are %s' % (', '.join(unknown), ', '.join(names)))
    if options.compare:
        return sum([compare(name, options) for name in options.targets]) > 0
    return fuzz_all(options)


if __name__ == '__main__':
    sys.exit(main())
