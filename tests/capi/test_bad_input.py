"""Extension modules that break the rules: what is raised has the reference's text."""
import importlib
import importlib.machinery
import importlib.util
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))
from builds import DEBUG, KRAIT

ROOT = os.path.abspath(os.path.join(HERE, '../..'))
INCLUDE = os.path.join(ROOT, 'include') if KRAIT else '/usr/include/python3.11'
SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]
NAMES = '''bad_null bad_raise bad_both bad_raw bad_number bad_type bad_version bad_flags bad_class bad_good bad_size bad_slot_id
bad_slot_minus bad_creates bad_create_null bad_create_both bad_create_exec bad_create_state bad_create_list
bad_create_list_methods bad_exec_minus bad_exec_both bad_exec_raise bad_multi_flags bad_no_init bad_\xe4\xf6 bad_\u03bb'''.split()


def report(error, depth=0):
    """An exception, with its causes, in neutral words."""
    text = ('%s: %s' % (type(error).__name__, error)).replace(folder, '<folder>')
    text = re.sub('0x[0-9a-f]+', '0x', text)        # behind the folder, whose name may look like an address
    for title, other in (('from', error.__cause__), ('during', error.__context__)):
        if other is not None and depth < 3:
            text += ' %s (%s)' % (title, report(other, depth + 1))
    if isinstance(error, ImportError):
        text += ' name=%r path=%r' % (error.name, error.path and error.path.replace(folder, '<folder>'))
    return text


settle = None                   # once there is an extension: takes an exception away that a call has left behind


def attempt(title, function, *args, **keywords):
    left = None
    try:
        result = function(*args, **keywords)
        if settle is not None:
            left = settle()
        print(title, '->', left, re.sub('0x[0-9a-f]+', '0x', ascii(result).replace(folder, '<folder>')))
    except BaseException as e:
        print(title, 'raises', ascii(report(e)))


def import_all():
    for name in NAMES + ['bad_null', 'bad_good']:
        attempt('import ' + ascii(name), importlib.import_module, name)
        attempt('  in modules', sys.modules.__contains__, name)
    # the same file as other modules: their functions are there, or not
    for name in ('bad_good', 'bad_null', 'ext_bad', 'other'):
        spec = importlib.util.spec_from_file_location(name, os.path.join(folder, 'bad_good' + SUFFIX))
        attempt('from file ' + name, importlib.util.module_from_spec, spec)
    with open(os.path.join(folder, 'empty' + SUFFIX), 'w'):
        pass
    with open(os.path.join(folder, 'text' + SUFFIX), 'w') as f:
        f.write('this is no program, but it is long enough to have a header of an ELF file\n' * 4)
    with open(os.path.join(folder, 'older.cpython-310-x86_64-linux-gnu.so'), 'w'):
        pass
    os.mkdir(os.path.join(folder, 'folder' + SUFFIX))
    for name in ('empty', 'text', 'older', 'folder', 'undefined'):
        attempt('import ' + name, importlib.import_module, name)
    import _imp
    for spec in (None, 1, importlib.machinery.ModuleSpec('x', None), importlib.machinery.ModuleSpec('x', None, origin='/no/such.so'),
                 importlib.machinery.ModuleSpec(1, None, origin='/no/such.so'), importlib.machinery.ModuleSpec('x', None, origin=b'x')):
        attempt('create_dynamic', _imp.create_dynamic, spec)


def calls(title, call, *args):
    """In every way a call is written: once, often (so that it is specialised), with a star, through map."""
    attempt(title, call, *args)

    def often():
        for i in range(60):
            try:
                call(*args)
            except SystemError as e:
                last = e
        raise last

    def plain():
        return call(*args)

    def direct():
        if len(args) == 0:
            return call()
        return call(args[0])

    def hot():
        for i in range(60):
            try:
                direct()
            except (SystemError, ValueError) as e:
                last = e
        raise last
    attempt(title + ' often', often)
    attempt(title + ' plain', plain)
    attempt(title + ' direct', direct)
    attempt(title + ' hot', hot)
    if args:
        attempt(title + ' map', lambda: list(map(call, args)))
        attempt(title + ' key', lambda: sorted([1, 2], key=call))


def call_all():
    global settle
    import ext_bad
    settle = ext_bad.settle
    for kind in ('null', 'error'):
        for way, args in (('noargs', ()), ('o', (1,)), ('varargs', ()), ('varargs', (1,)), ('keywords', (1,)), ('fast', (1,)),
                          ('fast', ()), ('fast_keywords', (1,))):
            name = kind + '_' + way
            calls(name, getattr(ext_bad, name), *args)
            calls('method ' + name, getattr(ext_bad.Null(), name), *args)
    attempt('keyword', lambda: ext_bad.null_keywords(a=1))
    attempt('keyword fast', lambda: ext_bad.null_fast_keywords(a=1))
    attempt('keyword error', lambda: ext_bad.error_keywords(**{'a': 1}))


def slots_all():
    import ext_bad
    import operator
    for type_ in (ext_bad.Null, ext_bad.Error):
        class Sub(type_):
            pass
        for kind in (type_, Sub):
            attempt('new ' + kind.__name__, kind)
            x = kind.__new__(kind)
            for name, body in (
                    ('repr', lambda: repr(x)), ('str', lambda: str(x)), ('format', lambda: f'{x}'), ('percent', lambda: '%s' % (x,)),
                    ('call', lambda: x()), ('call star', lambda: x(*(), **{'a': 1})), ('hash', lambda: hash(x)), ('dict', lambda: {x: 1}),
                    ('eq', lambda: x == 1), ('lt', lambda: x < 1), ('in', lambda: 1 in x), ('if', lambda: 1 if x else 2),
                    ('not', lambda: not x), ('iter', lambda: iter(x)), ('for', lambda: [1 for i in x]), ('add', lambda: x + 1),
                    ('radd', lambda: 1 + x), ('iadd', lambda: operator.iadd(x, 1)), ('neg', lambda: -x), ('int', lambda: int(x)),
                    ('float', lambda: float(x)), ('index', lambda: operator.index(x)), ('pow', lambda: x ** 2),
                    ('len', lambda: len(x)), ('getitem', lambda: x[0]), ('setitem', lambda: operator.setitem(x, 0, 1)),
                    ('list', lambda: list(x)), ('range', lambda: range(x)), ('attribute', lambda: x.attribute),
                    ('set attribute', lambda: setattr(x, 'attribute', 1)), ('list index', lambda: [1, 2][x]), ('bool', lambda: bool(x)),
                    ('sorted', lambda: sorted([x, x])), ('join', lambda: ','.join([x])), ('print', lambda: print(x)),
                    ('unpack', lambda: [*x]), ('isinstance', lambda: isinstance(1, x)), ('sum', lambda: sum([x, x])),
                    ('any', lambda: any([x])), ('in list', lambda: x in [1]), ('getattr', lambda: x.missing),
                    ('super', lambda: type('T', (), {'d': x})().d)):
                attempt(name, body)

                def hot():
                    for i in range(40):
                        try:
                            body()
                        except (SystemError, ValueError) as e:
                            last = e
                    raise last
                attempt(name + ' hot', hot)
            for which in range(9):
                attempt('C call %d' % which, ext_bad.call_slots, x, which)
    for which in range(9):
        attempt('C call %d' % which, ext_bad.call_slots, ext_bad.null_fast, which)
        attempt('C call %d' % which, ext_bad.call_slots, ext_bad.error_varargs, which)
    for number in range(9):
        attempt('spec %d' % number, ext_bad.spec_try, number)


PRODUCERS = '''ext_bad.error_varargs(*(1,)) ext_bad.error_fast(*(1,)) ext_bad.error_o(1) null.error_fast(*(1,)) null.error_varargs(1)
ext_bad.Null.error_fast(null,*(1,)) ext_bad.Null.error_varargs(null,*()) ext_bad.Null.error_fast(null,1) ext_bad.Error(*())
error(*(1,)) str(*(error,)) str(error) repr(*(error,)) error.__add__(*(1,)) max(error,error) max(*(error,error)) min([error,error])
null_max(null,null) null_max(*(null,null)) min([null,null],key=None) list(map(max,[null],[null]))'''.split()
CONSUMERS = ['r', 'r = ident()', 'r = len("")', 'r = len(*("",))', 'r = int()', 'r = [].append(1)', 'r = plain()', 'r = p.m()', 'r = p.v',
             'r = p.missing', 'for i in range(3): pass', 'for i in [1, 2]: pass', 'r = [i for i in "ab"]', 'r = {}["a"]', 'r = f"{1}"',
             'return r', 'raise KeyError', 'r = list(*("ab",))', 'while len(str(r)) < 5: r = 12345', 'class Q: pass', 'r = missing']


def left_behind():
    """What is told, and where, when a function leaves an exception behind, by what the program does next."""
    import ext_bad

    class Plain:
        v = 1

        def m(self):
            return 1
    names = {'ext_bad': ext_bad, 'null': ext_bad.Null(), 'error': ext_bad.Error.__new__(ext_bad.Error), 'ident': lambda: 1,
             'plain': Plain, 'p': Plain(), 'null_max': max}
    for producer in PRODUCERS:
        for consumer in CONSUMERS:
            exec('def f():\n  r = %s\n  %s\n  return 7' % (producer, consumer), names)
            for times in (1, 30):
                for i in range(times):
                    text = 'nothing'
                    try:
                        names['f']()
                        Plain()
                    except BaseException as e:
                        at = [list(t.tb_frame.f_code.co_positions())[t.tb_lasti // 2] for t in walk(e.__traceback__)]
                        text = '%s: %s at %s from %r' % (type(e).__name__, e, at, e.__cause__)
                print(producer, '|', consumer, times, re.sub('0x[0-9a-f]+', '', text))


def left_in_the_loop():
    """The same for what the loop runs itself, in functions that have seen no such thing while they were specialised."""
    import ext_bad

    class Plain:
        def m(self, *args):
            return 1
        __add__ = __eq__ = __enter__ = __exit__ = __getitem__ = __lt__ = m
        v = property(m)

        def __init__(self, x):
            self.x = x
    for consumer in ('p + 1', 'p == p', 'p < 1', 'with p: pass', 'p[1]', 'p.v', 'p.m()', 'p.x', 'Plain(1)', 'math.floor(1)', 'math.pi',
                     'for i in (1, 2): pass', '[p.m() for i in (1, 2)]', 'p.y = 1', 'p.x += p.v', 'math.fsum(x=1)'):
        names = {'p': Plain(1), 'math': math, 'Plain': Plain}
        exec('def f(produce):\n  produce(*(1,))\n  %s\n  return 7' % consumer, names)
        for produce in [str] * 100 + [ext_bad.error_fast]:
            text = 'nothing'
            try:
                names['f'](produce)
            except BaseException as e:
                at = [list(t.tb_frame.f_code.co_positions())[t.tb_lasti // 2] for t in walk(e.__traceback__)]
                text = '%s: %s at %s from %r' % (type(e).__name__, e, at, e.__cause__)
            if produce is not str:
                ext_bad.settle()
        print(consumer, re.sub('0x[0-9a-f]+', '', text))


def walk(traceback):
    """The entries of a traceback that are in the generated function."""
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == '<string>':
            yield traceback
        traceback = traceback.tb_next


def stopped_by_debug_build():
    """It stops at a wrong result, unless the environment asks for what other builds do; all that follows here does."""
    os.environ.pop('KRAIT_TOLERATE_RESULTS', None)
    for name, pending in ('null_o', b'no exception is pending'), ('error_o', b'an exception is pending'):
        done = subprocess.run([sys.executable, '-c', 'import ext_bad; ext_bad.%s(*[1])' % name], stderr=subprocess.PIPE,
                              env=dict(os.environ, PYTHONPATH=folder))
        assert done.returncode == -signal.SIGABRT, (name, done.returncode)
        assert pending in done.stderr and b'Fatal Python error' in done.stderr, (name, done.stderr)
    os.environ['KRAIT_TOLERATE_RESULTS'] = '1'


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'ext_bad' + SUFFIX)
    subprocess.run(['gcc', '-shared', '-fPIC', '-w', '-I' + INCLUDE, os.path.join(HERE, 'ext_bad.c'), '-o', path], check=True)
    source = os.path.join(folder, 'undefined.c')
    with open(source, 'w') as f:
        f.write('extern void *not_to_be_found(void); void *PyInit_undefined(void) { return not_to_be_found(); }')
    subprocess.run(['gcc', '-shared', '-fPIC', source, '-Wl,-z,now', '-o', os.path.join(folder, 'undefined' + SUFFIX)], check=True)
    for name in NAMES:
        shutil.copy(path, os.path.join(folder, name + SUFFIX))
    sys.path.insert(0, folder)
    if DEBUG:
        stopped_by_debug_build()
    sys.stderr = sys.stdout
    for action in ('error', 'always'):
        with warnings.catch_warnings():
            warnings.simplefilter(action)
            attempt('version ' + action, importlib.import_module, 'bad_version')
            sys.modules.pop('bad_version', None)
    warnings.simplefilter('ignore')
    import_all()
    call_all()
    slots_all()
    left_behind()
    left_in_the_loop()
