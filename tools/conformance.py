"""Run CPython's own test suite under Krait and hold the results against the ledger.

    conformance.py [--interp build/krait] [--tier A] [--jobs N] [--update] [--out DIR] [FILE...]

tests/conformance/ledger.txt lists, per test file, every test id that the reference passes:

    # test_bool A                    file and tier
    + BoolTest.test_and              passes here too
    - BoolTest.test_int<TAB>reason   does not, and why
    ~ BoolTest.test_hash<TAB>reason  passes now and then
    ? BoolTest.test_str              not measured yet

A '+' that fails and a '-' that passes are both errors (exit 1), after the file was run again by itself
and did the same; --update writes what was measured, --table prints the sums.
Each file runs in a process and a folder of its own, without network where unshare(1) allows it.
"""
import argparse
import concurrent.futures
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.path.dirname(HERE), 'tests', 'conformance')
LEDGER = os.path.join(FOLDER, 'ledger.txt')
DRIVER = os.path.join(FOLDER, 'driver.py')
RESOURCES = 'cpu,curses,decimal,subprocess'
SLOW = {'test_asyncio': 900, 'test_concurrent_futures': 900, 'test_multiprocessing_fork': 900,
        'test_multiprocessing_spawn': 900, 'test_multiprocessing_forkserver': 900,
        'test_subprocess': 300, 'test_socket': 200, 'test_io': 300, 'test_tools': 900,
        'test_lib2to3': 600}
MAX_RETRIES, MAX_TIMEOUTS = 25, 2
# loopback only; AF_VSOCK would reach the host of a virtual machine
ISOLATE = 'ip link set lo up; [ -e /dev/vsock ] && mount --bind /dev/null /dev/vsock; exec "$@"'


def read_ledger():
    """-> {file: (tier, {id: (state, reason)})} in the ledger's order."""
    files, tests = {}, None
    with open(LEDGER, encoding='utf-8') as f:
        for line in f:
            line = line.rstrip('\n')
            if line.startswith('# '):
                name, tier = line[2:].split()
                tests = {}
                files[name] = (tier, tests)
            elif line:
                state, _, rest = line.partition(' ')
                test, _, reason = rest.partition('\t')
                tests[test] = (state, reason)
    return files


def write_ledger(files):
    with open(LEDGER + '.tmp', 'w', encoding='utf-8') as f:
        for name, (tier, tests) in files.items():
            f.write('# %s %s\n' % (name, tier))
            for test, (state, reason) in tests.items():
                f.write('%s %s%s\n' % (state, test, '\t' + reason if reason else ''))
    os.replace(LEDGER + '.tmp', LEDGER)


def short(name, test):
    prefix = 'test.%s.' % name
    return test[len(prefix):] if test.startswith(prefix) else test


def can_unshare():
    return subprocess.run(['unshare', '-n', '-m', 'ip', 'link', 'set', 'lo', 'up'],
                          stderr=subprocess.DEVNULL).returncode == 0


def limits():
    for sig in signal.valid_signals():
        if sig not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(sig, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.setsid()


def parse(path):
    """The driver's records -> ({id: (status, message)}, summary or None, id that was running)."""
    tests, summary, begun = {}, None, None
    if not os.path.exists(path):
        return tests, summary, begun
    with open(path, encoding='ascii', errors='replace') as f:
        for line in f:
            kind, *rest = line.rstrip('\n').split('\t')
            if kind != 'J' and summary is not None:
                summary = None
            if kind in 'EB' and rest:
                tests.setdefault(rest[0], ('notrun', ''))
                if kind == 'B':
                    begun = rest[0]
            elif kind == 'R' and len(rest) >= 4:
                tests[rest[1]] = (rest[0], rest[3])
                if begun == rest[1]:
                    begun = None
            elif kind == 'J':
                try:
                    summary = json.loads(rest[0])
                except ValueError:
                    summary = {}
    return tests, summary, begun


def run_file(name, options, isolate):
    """Run one test file to its end, through crashes; -> (results, note, seconds)."""
    scratch = tempfile.mkdtemp(prefix='krait-conformance-')
    records, cwd = os.path.join(scratch, 'records'), os.path.join(scratch, 'cwd')
    log_path = os.path.join(options.out, name + '.log')
    env = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': scratch,
           'LANG': 'C.UTF-8', 'TERM': 'xterm', 'SHELL': '/bin/bash', 'TMPDIR': scratch,
           'PYTHONREGRTEST_UNICODE_GUARD': '@test_guard_tmp\udcff'}
    for item in options.env:
        key, _, value = item.partition('=')
        env[key] = value
    command = [options.interp, DRIVER, records, RESOURCES, name]
    if isolate:
        command = ['unshare', '-n', '-m', 'sh', '-c', ISOLATE, 'sh'] + command
    note, hangs, start, timeout = '', 0, time.monotonic(), max(SLOW.get(name, 0), options.timeout)
    log = open(log_path, 'wb')
    for attempt in range(MAX_RETRIES):
        shutil.rmtree(cwd, ignore_errors=True)
        os.makedirs(cwd)
        process = subprocess.Popen(command, cwd=cwd, env=env, preexec_fn=limits, stdout=log,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = 'timeout'
            hangs += 1
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        tests, summary, begun = parse(records)
        if summary is not None:
            note = summary.get('file_note', '') or ''
            break
        if begun is None or hangs > MAX_TIMEOUTS:
            note = 'ended with %s outside any test' % code
            break
        with open(records, 'a') as f:
            f.write('\nR\t%s\t%s\t0\t%s\n' % ('timeout' if code == 'timeout' else 'crash', begun, code))
        env['CPDRIVER_RESUME'] = '1'
        timeout = min(timeout, 60)
    tests, summary, begun = parse(records)
    log.close()
    shutil.rmtree(scratch, ignore_errors=True)
    return {short(name, k): v for k, v in tests.items()}, note, time.monotonic() - start


def reason_of(status, message, note):
    if status == 'absent':
        return ('file: ' + note if note else 'not found')[:100]
    lines = [line for line in message.replace('\\n', '\n').split('\n') if line.strip()]
    return ('%s: %s' % (status, lines[-1].strip() if lines else ''))[:120]


TIERS = {'A': 'language, compiler, built-in types, runtime', 'B': 'the 61 built-in modules',
         'C': 'standard library and its compiled modules', 'D': 'C API, embedding',
         'E': 'GUI, other systems, network'}


def print_table(ledger):
    print('| tier | | passes | of | |')
    print('|---|---|---:|---:|---:|')
    for tier, title in TIERS.items():
        states = [state for t, tests in ledger.values() if t == tier for state, _ in tests.values()]
        if all(state == '?' for state in states):
            print('| %s | %s | not measured | %d | |' % (tier, title, len(states)))
        else:
            good = states.count('+')
            print('| %s | %s | %d | %d | %.1f%% |' % (tier, title, good, len(states),
                                                      100 * good / len(states)))


def disagreements(tests, results, note):
    """-> ({id: reason} newly failing, {id} unexpected passes)"""
    worse, better = {}, set()
    for test, (state, _) in tests.items():
        status, message = results.get(test, ('absent', ''))
        if state == '+' and status != 'ok':
            worse[test] = reason_of(status, message, note)
        elif state == '-' and status == 'ok':
            better.add(test)
    return worse, better


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--tier', default='')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--timeout', type=float, default=180)
    parser.add_argument('--once', action='store_true', help='do not run a file again that disagrees')
    parser.add_argument('--update', action='store_true')
    parser.add_argument('--second', action='store_true',
                        help='with --update: what changed since the first run is unstable (~)')
    parser.add_argument('--env', action='append', default=[])
    parser.add_argument('--out', default='build/conformance')
    parser.add_argument('--quiet', action='store_true')
    parser.add_argument('--table', action='store_true', help='print the ledger as a table')
    parser.add_argument('--fast', action='store_true', help='only files with something that passes')
    options = parser.parse_args()
    options.interp = os.path.abspath(options.interp)
    options.out = os.path.abspath(options.out)
    os.makedirs(options.out, exist_ok=True)
    ledger = read_ledger()
    if options.table:
        return print_table(ledger)
    names = options.names or [n for n, (tier, tests) in ledger.items()
                              if (not options.tier or tier in options.tier) and
                              (not options.fast or any(s == '+' for s, _ in tests.values()))]
    isolate = can_unshare()
    worse, better, passed, failed = [], [], 0, 0
    tiers, again = {}, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = {pool.submit(run_file, n, options, isolate): n for n in names}
        for job in concurrent.futures.as_completed(jobs):
            name = jobs[job]
            results, note, seconds = job.result()
            tier, tests = ledger[name]
            good = 0
            for test, (state, reason) in tests.items():
                status, message = results.get(test, ('absent', ''))
                ok = status == 'ok'
                good += ok
                if options.update and state != '~':
                    new = ('+', '') if ok else ('-', reason_of(status, message, note))
                    if options.second and state in '+-' and state != new[0]:
                        new = ('~', 'passes now and then')
                    tests[test] = new
            if not options.update:
                first = disagreements(tests, results, note)
                if first[0] or first[1]:
                    again.append((name, first))
            passed += good
            failed += len(tests) - good
            total = tiers.setdefault(tier, [0, 0])
            total[0] += good
            total[1] += len(tests)
            if not options.quiet:
                print('%s %-32s %5d/%-5d %6.1fs %s' % (tier, name, good, len(tests), seconds, note[:80]),
                      flush=True)
    for name, (bad, good) in again:
        for _ in range(0 if options.once else 2):
            if bad or good:
                results, note, _ = run_file(name, options, isolate)
                second = disagreements(ledger[name][1], results, note)
                bad = {k: v for k, v in bad.items() if k in second[0]}
                good &= second[1]
        worse += ['%s: %s: %s' % (name, test, why) for test, why in bad.items()]
        better += ['%s: %s' % (name, test) for test in sorted(good)]
    for tier in sorted(tiers):
        print('tier %s: %d of %d (%.1f%%)' % (tier, *tiers[tier], 100 * tiers[tier][0] / tiers[tier][1]))
    if options.update:
        write_ledger(ledger)
        return 0
    for line in worse:
        print('NEWLY FAILING ' + line)
    for line in better:
        print('UNEXPECTED PASS ' + line)
    print('conformance: %d as the ledger says, %d newly failing, %d unexpected passes' % (
        passed + failed - len(worse) - len(better), len(worse), len(better)))
    return 1 if worse or better else 0


if __name__ == '__main__':
    sys.exit(main())
