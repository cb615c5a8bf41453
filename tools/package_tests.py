"""Run the test suites that compiled packages carry, under the reference and under Krait, by test id.

    package_tests.py [--interp build/krait] [--jobs 1] [--list] [--failures] [SUITE...]

A suite is a name of SUITES: files of one package, run with pytest; pandas.NAME is what pandas has in its
folder of tests of that name (pandas.series.methods too), pandas.top the files of no folder.  For every test id the
outcome under both interpreters is compared, one interpreter after the other (--jobs 2: both at once); the ids that
the reference passes are the measure.  Outcomes of the reference are kept under --cache and reused, because they do
not change.  Per suite it prints

    numpy.core: reference passes 10000, krait passes 9950 of them, 99.50%

and, with --failures, each id that only the reference passes, by the message it fails with.  A package
that is not installed is named as absent.  Debian's lxml comes without its tests: `apt-get source lxml` in the
folder of --sources unpacks them, and they run beside a copy of the installed package.
"""
import argparse
import collections
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

REFERENCE = '/usr/bin/python3.11'
FOLDER = '/usr/lib/python3/dist-packages'
SUITES = {
    'numpy.core': ('numpy', ['numpy/core/tests/test_*.py']),
    'numpy.lib': ('numpy', ['numpy/lib/tests/test_*.py']),
    'numpy.linalg': ('numpy', ['numpy/linalg/tests/test_*.py']),
    'numpy.random': ('numpy', ['numpy/random/tests/test_*.py']),
    'numpy.fft': ('numpy', ['numpy/fft/tests/test_*.py']),
    'numpy.ma': ('numpy', ['numpy/ma/tests/test_*.py']),
    'numpy.polynomial': ('numpy', ['numpy/polynomial/tests/test_*.py']),
    'pandas': ('pandas', ['pandas/tests/**/test_*.py']),
    'lxml': ('lxml', ['lxml/tests/test_*.py', 'lxml/html/tests/test_*.py']),
    'greenlet': ('greenlet', ['greenlet/tests/test_*.py']),
    'psutil': ('psutil', ['psutil/tests/test_*.py']),
    'simplejson': ('simplejson', ['simplejson/tests/test_*.py']),
    'zmq': ('zmq', ['zmq/tests/test_[!m]*.py', 'zmq/tests/test_m[!y]*.py']),     # test_mypy wants its source tree
    'scipy': ('scipy', ['scipy/*/tests/test_*.py', 'scipy/*/*/tests/test_*.py']),
    'sklearn': ('sklearn', ['sklearn/**/tests/test_*.py']),
    'matplotlib': ('matplotlib', ['matplotlib/tests/test_*.py']),
    'networkx': ('networkx', ['networkx/**/tests/test_*.py']),
    'h5py': ('h5py', ['h5py/**/tests/**/test_*.py']),
    'bottleneck': ('bottleneck', ['bottleneck/tests/*_test.py']),
    'llvmlite': ('llvmlite', ['llvmlite/tests/test_*.py']),
    'mpmath': ('mpmath', ['mpmath/tests/test_*.py']),
    'numexpr': ('numexpr', ['numexpr/tests/test_*.py']),
    'regex': ('regex', ['regex/test_*.py']),
    'tornado': ('tornado', ['tornado/test/*_test.py']),
    'twisted': ('twisted', ['twisted/test/test_*.py', 'twisted/internet/test/test_*.py']),
    'zope.interface': ('zope.interface', ['zope/interface/**/tests/test_*.py']),
}
# Documents and files of data that lxml's modules add to their suites by hand.
DOCTESTS = '''
import glob, importlib, os, unittest
import pytest

def cases(test):
    if isinstance(test, unittest.TestSuite):
        for each in test:
            yield from cases(each)
    elif test.id().endswith('.runTest') or type(test).__name__.startswith('Doc'):
        yield test

def found():
    for path in sorted(glob.glob(os.path.join(os.path.dirname(__file__), 'test_*.py'))):
        name = os.path.basename(path)[:-3]
        if name != 'test_of_suites':
            try:
                suite = importlib.import_module('%s.' + name).test_suite()
            except (ImportError, AttributeError):
                continue
            for case in cases(suite):
                yield pytest.param(case, id=name + '-' + os.path.basename(case.shortDescription() or case.id()))

@pytest.mark.parametrize('case', list(found()))
def test_document(case):
    result = case.run()
    assert result.wasSuccessful(), (result.failures + result.errors)[0][1].splitlines()[-1]
'''
# Runs files; each outcome is a line at once, so that a crash loses nothing: the run goes on behind it.
PLUGIN = '''
import json, os, sys
sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000))
log = open(sys.argv[1], 'a')
skip = set(json.load(open(sys.argv[2])))

class Plugin:
    def pytest_collection_modifyitems(self, items):
        items[:] = [i for i in items if i.nodeid not in skip]

    def pytest_runtest_logstart(self, nodeid, location):
        log.write(json.dumps(['start', nodeid, '']) + '\\n')
        log.flush()

    def pytest_runtest_logreport(self, report):
        if report.when == 'call' or report.outcome != 'passed':
            text = '' if report.passed else str(report.longrepr).strip().splitlines()[-1:]
            if not report.passed and getattr(report.longrepr, 'reprcrash', None):
                text = report.longrepr.reprcrash.message.splitlines()[:1]
            log.write(json.dumps([report.outcome, report.nodeid, ''.join(text)[:300]]) + '\\n')
            log.flush()

    def pytest_collectreport(self, report):
        if report.outcome == 'failed':
            log.write(json.dumps(['failed', report.nodeid + ' (collection)', str(report.longrepr)[-300:]]) + '\\n')
            log.flush()

import pytest
code = pytest.main(['-p', 'no:cacheprovider', '-qq', '--no-header', '-W', 'ignore', '--tb=line', '--hypothesis-seed=0',
                    '--continue-on-collection-errors', '--rootdir', sys.argv[3], '-c', os.devnull, '-m', 'not slow and not network and not db and not single_cpu',
                    *sys.argv[4:]], plugins=[Plugin()])
log.write(json.dumps(['end', '', str(int(code))]) + '\\n')
log.flush()
os._exit(0)
'''


def read_log(path, outcomes):
    """Add a log's outcomes; the id that was running at the end, or None if the run came to its end."""
    running, ended = None, False
    with open(path) as log:
        for line in log:
            try:
                outcome, test, text = json.loads(line)
            except ValueError:
                continue
            if outcome == 'start':
                running = test
            elif outcome == 'end':
                ended = True
            elif outcomes.get(test, ('passed', ''))[0] in ('passed', 'skipped'):
                outcomes[test] = (outcome, text)        # a failing teardown counts
    return None if ended else running or '(collection)'


def run_files(interp, folder_of_tests, paths, timeout):
    """{id: (outcome, text)} of files; after a crash the rest is run again without what was done."""
    outcomes = {}
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE='1', PYTHONHASHSEED='0', LANG='C.UTF-8', OPENBLAS_NUM_THREADS='1',
               OMP_NUM_THREADS='1', MPLBACKEND='agg', HYPOTHESIS_STORAGE_DIRECTORY=tempfile.gettempdir() + '/hypothesis')
    with tempfile.TemporaryDirectory() as folder:
        skip, log, program = (os.path.join(folder, n) for n in ('skip', 'log', 'run.py'))
        with open(program, 'w') as f:
            f.write(PLUGIN)
        for attempt in range(20):
            open(log, 'w').close()
            with open(skip, 'w') as f:
                json.dump(list(outcomes), f)
            try:
                p = subprocess.run([interp, program, log, skip, folder_of_tests, *paths], cwd=folder, env=env,
                                   timeout=timeout, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                how = 'exit %d %s' % (p.returncode, p.stderr.decode('utf-8', 'replace').strip()[-150:])
            except subprocess.TimeoutExpired:
                how = 'timeout'
            crashed = read_log(log, outcomes)
            if crashed is None:
                break
            outcomes[crashed] = ('crashed', how)
            if crashed == '(collection)':
                break
    return outcomes


def folder_of(suite, options):
    """Where a suite's package and its tests lie; for lxml a copy with the tests of its source package, if there."""
    if suite != 'lxml':
        return FOLDER
    copy = os.path.join(options.cache, 'lxml', 'src')
    found = sorted(glob.glob(os.path.join(options.sources, 'lxml-*', 'src', 'lxml')))
    if found and not os.path.exists(copy):
        new = copy[:-4] + '.new'
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(os.path.join(FOLDER, 'lxml'), os.path.join(new, 'src', 'lxml'))
        shutil.copytree(os.path.join(found[-1], '..', '..', 'doc'), os.path.join(new, 'doc'))
        for package in ('lxml', 'lxml/html'):
            tests = os.path.join(new, 'src', package, 'tests')
            shutil.copytree(os.path.join(os.path.dirname(found[-1]), package, 'tests'), tests)
            with open(os.path.join(tests, 'test_of_suites.py'), 'w') as f:
                f.write(DOCTESTS.replace('%s', package.replace('/', '.') + '.tests'))
        os.rename(new, copy[:-4])
    return copy


def files_of(suite, folder):
    """The files of a suite; none if its package is not installed."""
    if suite == 'pandas.top':
        patterns = ['pandas/tests/test_*.py']
    elif suite.startswith('pandas.'):
        patterns = ['pandas/tests/%s/**/test_*.py' % suite[7:].replace('.', '/')]
    else:
        patterns = SUITES[suite][1]
    found = set()
    for pattern in patterns:
        found.update(glob.glob(os.path.join(folder, pattern), recursive=True))
    return sorted(found)


def outcomes_of(interp, name, folder, paths, cache, timeout):
    kept = cache and os.path.join(cache, name + '.json')
    if kept and os.path.exists(kept):
        with open(kept) as f:
            return json.load(f)
    outcomes = run_files(interp, folder, paths, timeout)
    if kept:
        os.makedirs(cache, exist_ok=True)
        with open(kept, 'w') as f:
            json.dump(outcomes, f)
    return outcomes


def compare(suite, options):
    folder = folder_of(suite, options)
    files, name = files_of(suite, folder), suite
    if options.match:
        files, name = [f for f in files if options.match in f], '%s-%s' % (suite, options.match.replace('/', '-'))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(outcomes_of, interp, name, folder, files, cache, options.timeout) for interp, cache in
                ((REFERENCE, options.cache), (os.path.abspath(options.interp), None))]
        reference, ours = (job.result() for job in jobs)
    wanted = passed = 0
    causes = collections.defaultdict(list)
    for test, (outcome, _) in reference.items():
        if outcome == 'passed':
            wanted += 1
            mine, text = ours.get(test, ('not run', ''))
            if mine == 'passed':
                passed += 1
            else:
                causes[(mine, text)].append(test)
    if options.failures:
        for (outcome, text), tests in sorted(causes.items(), key=lambda item: -len(item[1])):
            print('%5d %s %s' % (len(tests), outcome, text))
            for test in tests[:options.failures]:
                print('          ' + test)
    print('%s: reference passes %d, krait passes %d of them, %.2f%%' % (
        suite, wanted, passed, 100 * passed / wanted if wanted else 0), flush=True)
    return wanted, passed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('suites', nargs='*', help='default: those of numpy')
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--timeout', type=int, default=1800, help='seconds for one suite')
    parser.add_argument('--cache', default=os.path.join(tempfile.gettempdir(), 'krait-package-tests'))
    parser.add_argument('--sources', default='.', help='folder with unpacked source packages (lxml)')
    parser.add_argument('--failures', type=int, default=0, metavar='N', help='show N ids of each cause')
    parser.add_argument('--match', help='only files whose path contains this')
    parser.add_argument('--list', action='store_true')
    options = parser.parse_args()
    if options.list:
        print('\n'.join(SUITES))
        return 0
    absent, counts = [], []
    for suite in options.suites or [s for s in SUITES if s.startswith('numpy.')]:
        if files_of(suite, folder_of(suite, options)):
            counts.append(compare(suite, options))
        else:
            absent.append(suite)
    if len(counts) > 1:
        wanted, passed = map(sum, zip(*counts))
        print('together: %d of %d, %.2f%%' % (passed, wanted, 100 * passed / wanted if wanted else 0))
    if subprocess.run([REFERENCE, '-c', 'import pytest, hypothesis'], capture_output=True).returncode:
        absent.append('pytest or hypothesis')
    if absent:
        print('absent: ' + ' '.join(absent))
    return 0


if __name__ == '__main__':
    sys.exit(main())
