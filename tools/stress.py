"""Hostile circumstances: no memory, and a collection at every allocation.

    stress.py memory [--interp build-debug/krait] [--step N] [--most N] [--first N] [--limit N] [TEXT...]
    stress.py collect [--interp build-debug/krait] [--every N] [--results FILE] [test_list ...]

memory: each piece of tests/stress/snippets.py (those that contain a TEXT) runs with its n-th allocation
failing, for n = 0, 1, 2, ... until nothing fails any more (at most --most; in steps that grow with n
if --step is given), once with that one allocation failing and once with all from there on.  Demanded:
the result, or MemoryError (of a callback or a finaliser: handed to sys.unraisablehook); never another
exception, never a crash; and a run with memory afterwards gives the result again.
`_testcapi.set_nomemory` makes allocations fail.

collect: files of CPython's suite with a collection at every N-th allocation of a collected object
(KRAIT_COLLECT_EVERY, which the debug and the AddressSanitizer build know).  Counted are crashes: a failing
test may have its reason in the collections.  N is 1 for every test id that takes no more than --limit-id
seconds of processor time; what takes longer runs again with 10 N, alone.  Each file's line says how many
ids ran with which N.  A file fails if it crashes, or if an id takes too long with the largest N as well.

Best with the debug build, which fills freed blocks and checks invariants, or with AddressSanitizer's.
The last line is `N passed, N failed, N skipped`.
"""
import argparse
import gc
import json
import mmap
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
HANG, CRASHES_PER_PIECE = 60, 3
PASSES = 25                     # so many numbers in a row without effect: the end is reached
ROOM = 4096
MODES = ('one', 'all')
CORE = '''test_list test_dict test_set test_tuple test_unicode test_bytes test_long test_float test_class
test_descr test_generators test_coroutines test_exceptions test_iter test_itertools test_functools test_gc
test_weakref test_super test_scope test_grammar test_compile test_deque test_ordered_dict test_collections
test_memoryview test_builtin test_types test_typing test_dataclasses test_enum test_pickle test_copy test_json
test_re test_struct test_array test_io test_contextlib test_asyncgen test_patma test_ast test_sys_settrace
test_traceback test_import test_threading test_context test_slice test_range test_complex test_int
test_property test_metaclass test_sort test_heapq test_bisect test_string test_format test_fstring'''.split()


# ---- the process that works: one piece after another, number after number ----------------------

def plain(value):
    return re.sub(r'0x[0-9a-f]+', '0x', repr(value))


def make(before, body):
    scope = {'__name__': '__main__'}
    exec('\n'.join(before), scope)
    exec('def f():\n' + '\n'.join('    ' + line for line in body), scope)
    return scope['f']


def numbers(start, step, most):
    n = start
    while n < most:
        yield n
        n += 1 + (n // step if step else 0)


def attempt(f, n, mode, set_nomemory, remove):
    """-> (outcome, value): 'value', 'memory' or what else was raised"""
    sys.settrace(None)          # what an earlier attempt could not undo
    sys.setprofile(None)
    try:
        set_nomemory(n, n + 1 if mode == 'one' else 0)
        try:
            value = f()
        finally:
            remove()
        return 'value', value
    except MemoryError:
        return 'memory', None
    except BaseException as e:
        # what modules in Python make of it, and what libraries that Python stands on say without memory
        if isinstance(e.__cause__ or e.__context__, MemoryError) or re.search(r"out of memory|can't allocate lock|ParserCreate failed", str(e)):
            return 'memory', None
        return '%s: %s' % (type(e).__name__, str(e)[:200]), None


def work(options):
    """Lines to standard output: `piece number mode what`."""
    from _testcapi import remove_mem_hooks, set_nomemory
    sys.path.insert(0, os.path.join(ROOT, 'tests', 'stress'))
    import snippets
    pieces = snippets.snippets()
    with open(options.shared, 'r+b') as f:
        room = mmap.mmap(f.fileno(), ROOM)
    at, from_n, from_mode = options.at
    broken, swallowed = [], []

    def unraisable(u):
        """A callback or finaliser failed: without memory it may."""
        if isinstance(u.exc_value, MemoryError) or u.exc_type is MemoryError:
            swallowed.append(1)
        elif isinstance(u.exc_value, SystemError):
            broken.append('unraisable ' + repr(u.exc_value))
    sys.unraisablehook = unraisable

    for index in options.pieces:
        if index < at:
            continue
        name, before, body = pieces[index]
        f = make(before, body)
        expected = [plain(f()), plain(f())]

        def report(n, mode, what):
            print(index, n, mode, what, flush=True)

        for mode in MODES[:1] if 'ONE' in f.__globals__ else MODES:
            start = 0
            if index == at:
                if MODES.index(mode) < MODES.index(from_mode):
                    continue
                if mode == from_mode:
                    start = from_n
            quiet = 0
            for n in numbers(start, options.step, options.most):
                room[:64] = b'%-63d\n' % index
                room[64:128] = b'%-63d\n' % n
                room[128:192] = b'%-63s\n' % mode.encode()
                swallowed.clear()
                outcome, value = attempt(f, n, mode, set_nomemory, remove_mem_hooks)
                if outcome == 'value':
                    quiet += 1
                    if mode == 'one' and not swallowed and plain(value) not in expected:
                        report(n, mode, 'gives ' + plain(value)[:300])
                else:
                    quiet = 0
                    if outcome != 'memory':
                        report(n, mode, 'raises ' + outcome)
                if broken:
                    report(n, mode, broken.pop())
                if sys.exc_info()[1] is not None:       # and from now on always
                    sys.stderr.write('%s n %d: an exception stays handled\n' % (name[:60], n))
                    os._exit(1)
                if quiet >= PASSES:
                    break
                if n % 8 == 0 or not options.step:
                    try:
                        again = plain(f())
                    except BaseException as e:
                        again = repr(e)
                    if again not in expected:
                        report(n, mode, 'afterwards %s instead of %s' % (again[:200], expected[0][:200]))
                        f = make(before, body)
                value = None
                if n % 32 == 0:
                    gc.collect()
            gc.collect()
        print(index, 0, '-', 'done', flush=True)


# ---- the process that watches -------------------------------------------------------------------

def environment(**more):
    env = dict(os.environ, PYTHONHASHSEED='0', PYTHONDONTWRITEBYTECODE='1', PYTHONWARNINGS='ignore', LANG='C.UTF-8',
               **more)
    env.setdefault('ASAN_OPTIONS', 'detect_leaks=0:allocator_may_return_null=1:handle_abort=1')
    env.setdefault('UBSAN_OPTIONS', 'print_stacktrace=1:halt_on_error=1')
    return env


def state(shared):
    with open(shared, 'rb') as f:
        data = f.read(192).split(b'\n')
    data = [field.strip(b'\0 ') for field in data + [b''] * 2]
    return int(data[0] or b'-1'), int(data[1] or b'0'), data[2].decode()


def place(errors):
    """The lines of standard error that say where: the message, and the frames of a sanitizer."""
    lines = errors.decode('utf-8', 'replace').splitlines()
    good = [line for line in lines if re.search(r'ERROR: AddressSanitizer|runtime error|Fatal|Assert|state between|'
                                                r'^line|broken|collected block|^\s+#[0-7] |^[^ ]+, line \d', line)]
    return '\n'.join('    ' + line[:180] for line in good[:14] or [line for line in lines if line][-4:])


def memory(options):
    sys.path.insert(0, os.path.join(ROOT, 'tests', 'stress'))
    import snippets
    pieces = snippets.snippets()
    chosen = [i for i, piece in enumerate(pieces)
              if not options.names or any(text in '\n'.join(piece[2]) for text in options.names)]
    chosen = [i for i in chosen if i >= options.first][:options.limit]
    if options.shuffled:
        chosen = sorted(random.Random(1).sample(chosen, min(options.shuffled, len(chosen))))
    failed, done, crashes = set(), set(), 0
    at, per_piece = (0, 0, 'one'), {}
    with tempfile.TemporaryDirectory() as folder:
        shared = os.path.join(folder, 'shared')
        while True:
            with open(shared, 'wb') as f:
                f.write(bytes(ROOM))
            with open(os.path.join(folder, 'errors'), 'w+b') as errors:
                process = subprocess.Popen(
                    [options.interp, os.path.abspath(__file__), 'work', '--shared', shared, '--step', str(options.step),
                     '--most', str(options.most), '--at', *map(str, at), '--pieces', *map(str, chosen)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment(), cwd=folder)
                watch = threading.Thread(target=kill_if_stuck, args=(process, shared), daemon=True)
                watch.start()
                for line in process.stdout:
                    index, n, mode, what = line.decode('utf-8', 'replace').rstrip('\n').split(' ', 3)
                    if what == 'done':
                        done.add(int(index))
                    else:
                        failed.add(int(index))
                        print('%s: n %s %s: %s' % (pieces[int(index)][0][:90], n, mode, what), flush=True)
                code = process.wait()
                errors.seek(0)
                text = errors.read()
            if code == 0:
                break
            index, n, mode = state(shared)
            index = index if index >= 0 else next((i for i in chosen if i >= at[0]), -1)
            crashes += 1
            failed.add(index)
            print('%s: n %d %s: exit %s\n%s' % (pieces[index][0][:90], n, mode or '-', code, place(text)), flush=True)
            per_piece[index] = per_piece.get(index, 0) + 1
            if per_piece[index] < CRASHES_PER_PIECE and mode:
                at = index, n + 1, mode
            elif per_piece[index] == CRASHES_PER_PIECE and mode == 'one':
                at = index, 0, 'all'
            else:
                at = index + 1, 0, 'one'
                if index >= chosen[-1]:
                    break
    print('%d crashes' % crashes)
    print('%d passed, %d failed, %d skipped' % (len(done - failed), len(failed), len(set(chosen) - done - failed)))
    return bool(failed)


def kill_if_stuck(process, shared):
    last, since = None, time.monotonic()
    while process.poll() is None:
        time.sleep(0.5)
        try:
            now = state(shared)
        except FileNotFoundError:       # all is over
            return
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > HANG:
            process.send_signal(signal.SIGABRT)
            time.sleep(1)
            process.kill()
            return


# ---- collections everywhere ---------------------------------------------------------------------

DRIVER = os.path.join(ROOT, 'tests', 'conformance', 'driver.py')
TICKS = os.sysconf('SC_CLK_TCK')
STEPS = 10                      # an id that is too slow runs again with a collection at every 10 times N-th
IMPORT_LIMIT = 60               # seconds of processor time until the ids of a file are known


def processor_time(pid):
    """Seconds that the process and its dead children have used."""
    try:
        with open('/proc/%d/stat' % pid) as f:
            return sum(map(int, f.read().rpartition(')')[2].split()[11:15])) / TICKS
    except OSError:
        return 0


def records(path):
    """-> (ids that were enumerated, ids with a result, the id that began last and has no result)"""
    known, done, running = [], set(), None
    with open(path, encoding='ascii', errors='replace') as f:
        for line in f:
            fields = line.rstrip('\n').split('\t')
            if fields[0] == 'E':
                known.append(fields[1])
            elif fields[0] == 'B':
                running = fields[1]
            elif fields[0] == 'R' and len(fields) > 2:
                done.add(fields[2])
    return list(dict.fromkeys(known)), done, None if running in done else running


def put_aside(path, ids):
    with open(path, 'a', encoding='ascii') as f:
        for name in ids:
            f.write('R\tleft\t%s\t0\t\n' % name)


def stressed_run(options, name, every, path, folder):
    """Run the ids of the file `name` that have no record in `path`.
    -> (what ended it: 'end', 'slow' or a description of a crash, standard error, seconds)"""
    with open(os.path.join(folder, 'errors'), 'w+b') as errors:
        process = subprocess.Popen([options.interp, DRIVER, path, 'cpu', name], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors, cwd=folder, start_new_session=True,
                                   env=environment(KRAIT_COLLECT_EVERY=str(every), CPDRIVER_RESUME='1'))
        since, since_wall, last, slow = 0, time.monotonic(), (None, 0), False
        pause = 0.02
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)
            known, done, running = records(path)
            now, wall = processor_time(process.pid), time.monotonic()
            if (running, len(done)) != last:
                last, since, since_wall = (running, len(done)), now, wall
            limit = options.limit_id if known else IMPORT_LIMIT
            if now - since > limit or wall - since_wall > 6 * limit:
                slow = True
                os.killpg(process.pid, signal.SIGKILL)
                pid, status, usage = os.wait4(process.pid, 0)
                break
        process.returncode = code = os.waitstatus_to_exitcode(status)
        used = usage.ru_utime + usage.ru_stime
        errors.seek(0)
        text = errors.read()
    if b'ERROR: AddressSanitizer' in text or b'runtime error: ' in text:
        return 'report', text, used
    if slow:
        return 'slow', text, used
    return 'exit %d' % code if code < 0 or code in (134, 139) else 'end', text, used


def collect_file(options, name):
    """-> {'every': {N: ids}, 'crashes': [[id, N, how, where]], 'hangs': [[id, N]], 'seconds': n}"""
    counts, crashes, hangs, seconds, every = {}, [], [], 0, options.every
    with tempfile.TemporaryDirectory() as folder:
        known, wanted = [], None            # None: all of them
        while wanted is None or wanted:
            path = os.path.join(folder, 'records-%d' % every)
            open(path, 'w').close()
            if wanted is not None:
                put_aside(path, [i for i in known if i not in wanted])
            again, bad = [], set()
            while True:
                end, text, used = stressed_run(options, name, every, path, folder)
                seconds += used
                found, done, running = records(path)
                known = known or found
                if end == 'end':
                    break
                running = running if known else None
                if end == 'slow':
                    again.append(running)
                else:
                    crashes.append([running or '-', every, end, place(text)])
                    bad.add(running)
                if running is None or len(bad) >= CRASHES_PER_PIECE:
                    break
                put_aside(path, [running])
            ids = set(wanted if wanted is not None else known) & set(known)
            counts[every] = len(ids - set(again) - bad)
            if crashes and len(bad) >= CRASHES_PER_PIECE:
                break
            if every >= options.rarest or None in again and known:
                hangs += [[i or '-', every] for i in again]
                break
            wanted = None if again == [None] else again
            every *= STEPS
    return {'every': {n: counts[n] for n in counts if counts[n]}, 'crashes': crashes, 'hangs': hangs,
            'seconds': round(seconds)}


def say(name, result):
    every = ', '.join('N=%s: %d' % item for item in result['every'].items())
    bad = result['crashes'] or result['hangs']
    print('%-22s %-8s %s (%d s)' % (name, 'crashes' if result['crashes'] else 'hangs' if bad else 'lives',
                                   every, result['seconds']))
    for test, n, how, where in result['crashes']:
        print('    %s: N=%d %s\n%s' % (test, n, how, where))
    for test, n in result['hangs']:
        print('    %s: N=%d, no end' % (test, n))
    sys.stdout.flush()


def collect(options):
    """Results are kept in --results, one line of JSON for each file, and not measured again."""
    names, results = options.names or CORE, {}
    if options.results and os.path.exists(options.results):
        with open(options.results) as f:
            for line in f:
                name, result = json.loads(line)
                results[name] = result
    left = [name for name in names if name not in results]
    began = time.monotonic()

    def one(name):
        if options.seconds and time.monotonic() - began > options.seconds:
            return
        results[name] = collect_file(options, name)
        say(name, results[name])
        if options.results:
            with open(options.results, 'a') as f:
                f.write(json.dumps([name, results[name]]) + '\n')

    for name in names:
        if name in results:
            say(name, results[name])
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, left))
    have = [results[name] for name in names if name in results]
    failed = sum(bool(r['crashes'] or r['hangs'] or not r['every']) for r in have)
    total = {}
    for r in have:
        for n, count in r['every'].items():
            total[int(n)] = total.get(int(n), 0) + count
    print('ids with a collection at every N-th allocation: %s; %d s of processor time'
          % (', '.join('N=%d: %d' % item for item in sorted(total.items())), sum(r['seconds'] for r in have)))
    print('%d passed, %d failed, %d skipped' % (len(have) - failed, failed, len(names) - len(have)))
    return failed > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('what', choices=('memory', 'collect', 'work'))
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build-debug/krait')
    parser.add_argument('--step', type=int, default=0, help='numbers grow by 1 + n/STEP')
    parser.add_argument('--most', type=int, default=20000)
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--limit', type=int, default=10000)
    parser.add_argument('--shuffled', type=int, default=0, help='so many pieces, chosen evenly')
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--rarest', type=int, default=1000, help='the largest N that slow ids are tried with')
    parser.add_argument('--limit-id', type=float, default=20, help='seconds of processor time for an id')
    parser.add_argument('--results', help='a file for what is known, so that a later run goes on')
    parser.add_argument('--seconds', type=float, default=0, help='begin no file after that many')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--shared', help=argparse.SUPPRESS)
    parser.add_argument('--at', nargs=3, help=argparse.SUPPRESS)
    parser.add_argument('--pieces', nargs='*', type=int, help=argparse.SUPPRESS)
    options = parser.parse_intermixed_args()
    options.interp = os.path.abspath(options.interp)
    if options.what == 'work':
        options.at = int(options.at[0]), int(options.at[1]), options.at[2]
        return work(options)
    return memory(options) if options.what == 'memory' else collect(options)


if __name__ == '__main__':
    sys.exit(main())
