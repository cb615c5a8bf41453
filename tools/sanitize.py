"""Run tests under the build with ASan/UBSan or ThreadSanitizer and list each report once, by its site.

    sanitize.py [--interp build-asan/krait] [--tests] [--tier A] [--jobs N] [FILE...]
    sanitize.py --interp build-tsan/krait [--tests] [NAME...]

--tests runs tests/run.py, which must pass; --tier and FILE run files of CPython's own suite, a FILE with a
slash is a script that runs by itself; with none of them, --tests and tier A.  What CPython's suite says is of no
interest here (some of it looks at addresses, memory or time), only what the sanitizers say, in every process
that was started.  Reports are kept in <build>/reports.  Races that are meant stand in tests/tsan.supp with their
reasons.  The last line is `N passed, N failed, N skipped`, where failed counts sites and failed runs of tests/run.py.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PYTHON = '/usr/bin/python3.11'
ADDRESS = re.compile(r'^==\d+==ERROR: AddressSanitizer:? (.*)', re.M)
UNDEFINED = re.compile(r'^(\S+:\d+:\d+: runtime error: .*)', re.M)
RACE = re.compile(r'^WARNING: ThreadSanitizer: (.*?) \(pid.*?^={18}$', re.M | re.S)
FRAME = re.compile(r'^ *#\d+ (?:0x[0-9a-f]+ in )?(\S+) (?:\S*/)?((?:src|build[^/]*)/\S+)', re.M)
NUMBER = re.compile(r'0x[0-9a-f]+|-?\b\d{3,}\b')
# Tests that crash on purpose.
INTENDED = re.compile(r'faulthandler__|use_stack .*faulthandler|_signal_raise_signal |_segv|fatal_error|SEGV on unknown address.*\n.*\n(?:.*\n)*? *#\d+ .*(?:ctypes|_testcapi)'
                      r'|ABRT on unknown address')


def environment(reports):
    env = dict(os.environ)
    env['TSAN_OPTIONS'] = ('log_path=%s/report:suppressions=%s:history_size=4:second_deadlock_stack=1:'
                           'die_after_fork=0:report_signal_unsafe=0:handle_segv=0:exitcode=0' %
                           (reports, os.path.join(ROOT, 'tests', 'tsan.supp')))
    env['ASAN_OPTIONS'] = ('detect_leaks=0:allocator_may_return_null=1:malloc_context_size=16:'
                           'handle_segv=1:handle_abort=0:log_path=%s/report' % reports)
    env['UBSAN_OPTIONS'] = 'print_stacktrace=1:log_path=%s/report' % reports
    return env


def sites_of(text):
    """-> [(site, report)]"""
    found = []
    for match in UNDEFINED.finditer(text):
        where, _, what = match[1].partition(': runtime error: ')
        found.append(('%s: %s' % (where, NUMBER.sub('N', what)), text[match.start():match.start() + 2500]))
    for match in RACE.finditer(text):
        # Of each of the two stacks the innermost frame that is Krait's.
        stacks = [FRAME.search(part) for part in re.split(r'\n\n', match[0])[:2]]
        place = ' and '.join('%s %s' % stack.groups() for stack in stacks if stack) or 'outside'
        found.append(('%s: %s' % (match[1], place), match[0][:8000]))
    match = ADDRESS.search(text)
    if match and not INTENDED.search(text):
        frames = FRAME.findall(text, match.start())
        place = ' <- '.join('%s %s' % frame for frame in frames[:3]) or 'outside'
        found.append(('%s: %s' % (match[1].split(' on ')[0], place), text[match.start():match.start() + 6000]))
    return found


def collect(reports):
    sites = {}
    for name in sorted(os.listdir(reports)):
        path = os.path.join(reports, name)
        with open(path, encoding='utf-8', errors='replace') as f:
            for site, text in sites_of(f.read()):
                count, _, first = sites.get(site, (0, text, path))
                sites[site] = (count + 1, text, first)
    return sites


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*')
    parser.add_argument('--interp', default='build-asan/krait')
    parser.add_argument('--tests', action='store_true')
    parser.add_argument('--tier', default='')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--timeout', type=int, default=400, help='seconds for a file, at least')
    parser.add_argument('--collect', action='store_true', help='only list the reports that are there')
    options = parser.parse_args()
    if not (options.tests or options.tier or options.names):
        options.tests, options.tier = True, 'A'
    build = os.path.dirname(os.path.abspath(options.interp))
    reports = os.path.join(build, 'reports')
    if not options.collect:
        shutil.rmtree(reports, ignore_errors=True)
        os.makedirs(reports)
        # also what processes without an environment have to say comes here
        open(os.path.join(reports, 'collect'), 'w').close()
    env = environment(reports)
    commands = []
    # ThreadSanitizer wants the address space in its usual order.
    prefix = ['setarch', '-R'] if 'tsan' in os.path.basename(build) else []
    scripts = [name for name in options.names if '/' in name]
    names = [name for name in options.names if '/' not in name]
    if options.tests:
        commands.append(prefix + [PYTHON, 'tests/run.py', '--interp', options.interp])
    commands += [prefix + [options.interp, script] for script in scripts]
    if options.tier or names:
        suite = prefix + [PYTHON, 'tools/conformance.py', '--interp', options.interp,
                          '--jobs', str(options.jobs), '--timeout', str(options.timeout), '--once',
                          '--out', os.path.join(build, 'conformance')]
        for key in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'):
            suite += ['--env', '%s=%s' % (key, env[key])]
        commands.append(suite + (names or ['--tier', options.tier, '--fast']))
    ran = wrong = 0
    for command in commands if not options.collect else ():
        print('== ' + ' '.join(command[len(prefix):][:3]), flush=True)
        process = subprocess.Popen(command, cwd=ROOT, env=env, text=True, errors='replace',
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = ''
        for line in process.stdout:
            print(line, end='', flush=True)
            output += line
        process.wait()
        if 'tools/conformance.py' in command and '\nconformance: ' not in output:
            print('the tests themselves did not run')
            return 1
        if 'tests/run.py' in command and process.returncode:
            wrong += 1
        else:
            ran += 1
    if not options.collect:
        os.remove(os.path.join(reports, 'collect'))
    sites = collect(reports)
    for site, (count, text, path) in sorted(sites.items(), key=lambda item: -item[1][0]):
        print('%d times: %s  [%s]' % (count, site, os.path.relpath(path, ROOT)))
    print('%d reports' % sum(count for count, _, _ in sites.values()))
    print('%d passed, %d failed, 0 skipped' % (ran, len(sites) + wrong))
    return len(sites) + wrong > 0


if __name__ == '__main__':
    sys.exit(main())
