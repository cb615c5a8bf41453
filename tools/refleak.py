"""Run test files again and again in one process of the debug build and show what they keep.

    refleak.py [--interp build-debug/krait] [--tier A] [--jobs N] [--warm 1] [--runs 4] [FILE[:TEST]...]
    refleak.py --each FILE...       which of its tests it is

Each file runs in a process of its own, without network where unshare(1) allows it: warm-up runs
that fill caches, then measured ones until one of them leaves nothing; between two runs the caches
of the standard library are emptied and garbage is collected.  A file keeps something if every
measured run ends with more references, or more memory blocks of any domain and size, than it began.
One line a file: the differences of the measured runs; for a file that keeps something also the
types whose objects became more.  The last line counts.  Exit 1 if any file keeps something.
"""
import argparse
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import conformance

RESOURCES = ['cpu', 'curses', 'decimal', 'subprocess']


# ---- inside the debug build ---------------------------------------------------------------------

def load(name, only):
    """A function that runs the file's tests once."""
    import importlib
    import unittest
    from test import support
    module = importlib.import_module('test.' + name)
    main = getattr(module, 'test_main', None)
    if main is not None and not only:
        return main

    def flat(suite):
        for item in suite:
            if isinstance(item, unittest.TestSuite):
                yield from flat(item)
            else:
                yield item

    def run():
        tests = unittest.defaultTestLoader.loadTestsFromModule(module)
        if only:
            tests = unittest.TestSuite(t for t in flat(tests) if only in t.id())
        support.run_unittest(tests)
    return run


def quietly(run):
    """A failing test is not this tool's business; what it leaves behind is."""
    import unittest
    from test import support
    try:
        run()
    except (support.TestFailed, unittest.SkipTest):
        return
    except Exception as e:
        e.__traceback__ = None


class Meter:
    def __init__(self):
        import copyreg
        import collections.abc
        import warnings
        import zipimport
        from inspect import isabstract
        from _abc import _get_dump
        from test.libregrtest import refleak
        refleak.warm_caches()
        abcs = {}
        for abc in [getattr(collections.abc, a) for a in collections.abc.__all__]:
            if isabstract(abc):
                for obj in abc.__subclasses__() + [abc]:
                    abcs[obj] = _get_dump(obj)[0]
        self.cleanup = refleak.dash_R_cleanup
        self.state = (warnings.filters[:], copyreg.dispatch_table.copy(),
                      sys.path_importer_cache.copy(), zipimport._zip_directory_cache.copy(), abcs)

    def settle(self):
        import gc
        self.cleanup(*self.state)
        metadata = sys.modules.get('importlib.metadata')
        if metadata is not None:        # one entry for each folder, up to 128
            metadata.FastPath.__new__.cache_clear()
        gc.collect()
        gc.collect()
        gc.collect()

    def measure(self, run, runs):
        """The (references, blocks) that each run leaves behind."""
        import array
        refs = array.array('q', [0] * (runs + 1))       # numbers that are no objects
        blocks = refs[:]
        self.settle()
        for i in range(runs + 1):
            if i:
                quietly(run)
                self.settle()
            blocks[i] = sys._getallblocks()
            refs[i] = sys.gettotalrefcount()
            if i > 0 and refs[i] - refs[i - 1] == 0 == blocks[i] - blocks[i - 1]:
                refs, blocks = refs[:i + 1], blocks[:i + 1]
                break
        return [(refs[i + 1] - refs[i], blocks[i + 1] - blocks[i]) for i in range(len(refs) - 1)]

    def types(self, run):
        """Types of which two runs leave more objects each."""
        counts = []
        for _ in range(4):
            quietly(run)
            self.settle()
            counts.append(sys._typecounts())
        grown = []
        for name in counts[-1]:
            seen = [c.get(name, (0, 0)) for c in counts]
            objects = min(b[0] - a[0] for a, b in zip(seen[1:], seen[2:]))
            refs = min(b[1] - a[1] for a, b in zip(seen[1:], seen[2:]))
            # the measurements themselves: a dict each, its names and pairs of numbers
            if name in ('str', 'tuple', 'int', 'dict') and objects < len(counts[-1]) * 3:
                continue
            if objects > 0 or refs > 0:
                grown.append('%s %+d (%+d refs)' % (name, objects, refs))
        return grown


def keeps(deltas):
    return any(all(d[k] > 0 for d in deltas) for k in (0, 1))


def tests_of(name):
    import importlib
    import unittest
    found, pending = [], [unittest.defaultTestLoader.loadTestsFromModule(
        importlib.import_module('test.' + name))]
    while pending:
        item = pending.pop()
        if isinstance(item, unittest.TestSuite):
            pending += item
        elif item is not None:
            found.append(item.id())
    return sorted(found)


def child(name, warm, runs, each, report):
    from test import support
    import unittest
    support.use_resources = list(RESOURCES)
    support.verbose = 0
    sys.path[0] = os.getcwd()
    name, _, only = name.partition(':')
    out = open(report, 'w', buffering=1)
    try:
        meter = Meter()
        if each:
            for test in tests_of(name):
                run = load(name, test)
                for _ in range(warm):
                    quietly(run)
                deltas = meter.measure(run, runs)
                if keeps(deltas):
                    out.write('leak %s %s\n' % (test, deltas))
            out.write('done\n')
            return
        run = load(name, only)
    except unittest.SkipTest as e:
        out.write('skip %s\n' % e)
        return
    for _ in range(warm):
        quietly(run)
    deltas = meter.measure(run, runs)
    out.write('%s %s\n' % ('leak' if keeps(deltas) else 'clean', deltas))
    if keeps(deltas):
        out.write('types %s\n' % ', '.join(meter.types(run)))


# ---- outside ------------------------------------------------------------------------------------

def run_file(name, options):
    scratch = tempfile.mkdtemp(prefix='krait-refleak-')
    report = os.path.join(scratch, 'report')
    work = os.path.join(scratch, 'work')
    os.mkdir(work)
    env = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': scratch,
           'LANG': 'C.UTF-8', 'TERM': 'xterm', 'TMPDIR': scratch, 'PYTHONDONTWRITEBYTECODE': '1',
           'PYTHONHASHSEED': '0'}
    command = [options.interp, '-W', 'ignore', os.path.abspath(__file__), '--child', report, '--warm',
               str(options.warm), '--runs', str(options.runs), name]
    command += ['--each'] if options.each else []
    if options.isolate:
        command = ['unshare', '-n', '-m', 'sh', '-c', conformance.ISOLATE, 'sh'] + command
    start = time.monotonic()
    log = os.path.join(options.out, name.replace(':', '.') + '.log')
    with open(log, 'wb') as f:
        process = subprocess.Popen(command, cwd=work, env=env, stdout=f, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, preexec_fn=conformance.limits)
        try:
            code = process.wait(max(options.timeout, 4 * conformance.SLOW.get(name, 0)))
        except subprocess.TimeoutExpired:
            code = 'timeout'
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    lines = open(report).read().splitlines() if os.path.exists(report) else []
    shutil.rmtree(scratch, ignore_errors=True)
    if code != 0:
        lines.insert(0, 'crash exit %s, see %s' % (code, log))
    return name, lines or ['crash no report, see ' + log], time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build-debug/krait')
    parser.add_argument('--tier', default='')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--warm', type=int, default=1)
    parser.add_argument('--runs', type=int, default=4)
    parser.add_argument('--timeout', type=int, default=900)
    parser.add_argument('--out', default=os.path.join(tempfile.gettempdir(), 'krait-refleak'))
    parser.add_argument('--each', action='store_true')
    parser.add_argument('--child', metavar='REPORT')
    options = parser.parse_args()
    if options.child:
        return child(options.names[0], options.warm, options.runs, options.each, options.child)
    options.isolate = conformance.can_unshare()
    os.makedirs(options.out, exist_ok=True)
    options.interp = os.path.abspath(options.interp)
    names = options.names or [n for n, (tier, _) in conformance.read_ledger().items()
                              if tier in options.tier]
    counts = {'clean': 0, 'leak': 0, 'skip': 0, 'crash': 0}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, lines, seconds in pool.map(lambda n: run_file(n, options), names):
            kind = lines[0].split()[0]
            counts['clean' if kind == 'done' else kind] += 1
            print('%-32s %6.1fs %s' % (name, seconds, lines[0]), flush=True)
            for line in lines[1:]:
                print('    ' + line, flush=True)
    print('refleak: %(clean)d clean, %(leak)d keep something, %(crash)d did not finish, '
          '%(skip)d skipped' % counts)
    return counts['leak'] + counts['crash'] > 0


if __name__ == '__main__':
    sys.exit(main())
