"""Compare every name of the built-in types and modules with the reference.

    parity_names.py [--interp build/krait] [NAME ...]

Runs this file with --dump under both interpreters; each writes what it knows as JSON: the types (all
that `object.__subclasses__` reaches, after hidden ones were constructed), the built-in modules, and one
instance of each kind (tools/parity_samples.py).  A fact is a line `subject: aspect = value`; facts that
differ are printed, and at the end `N names compared, M differences`.  With NAMEs only subjects that
contain one of them are compared.  EXCLUDED says what may differ, and why.
"""
import argparse
import copy
import gc
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import types
import warnings
import zlib

REFERENCE = '/usr/bin/python3.11'

MODULES = '''_abc _ast _bisect _blake2 _codecs _collections _csv _datetime _elementtree _functools _heapq
_imp _io _locale _md5 _opcode _operator _pickle _posixsubprocess _random _sha1 _sha256 _sha3 _sha512
_signal _socket _sre _stat _statistics _string _struct _symtable _thread _tokenize _tracemalloc _warnings
_weakref array atexit binascii builtins cmath errno faulthandler fcntl gc grp itertools marshal math posix
pwd pyexpat select spwd sys syslog time unicodedata xxsubtype zlib'''.split()

# (pattern of `subject: aspect`, reason)
EXCLUDED = [
    (r'module sys\.(version|_git|executable|_base_executable|argv|orig_argv): value', 'which interpreter this is'),
    (r'(module|type) sys\._?krait\w*\b', 'Krait\'s own version and build'),
    (r'(module sys: names|instance module\(\'sys\'\): dir)( \+_?krait\w*)+$', 'Krait\'s own version and build'),
    (r'type _pickle\.Pdata', 'the stack of the reference\'s Unpickler, to which no name leads'),
    (r'type builtins\.hamt_(array|bitmap|collision)_node', 'nodes of a tree, which is Krait\'s own'),
    (r'module (sys|_imp)\.(path|meta_path|path_hooks|path_importer_cache|modules|warnoptions): value',
     'state of the process'),
    (r'module sys\.thread_info: value', 'the C library found at build time'),
    (r'module posix\.environ: value', 'state of the process'),
    (r'module sys\.copyright: value', 'the authors of another interpreter'),
    (r"instance module\('builtins'\)\.copyright: (repr|copy|deepcopy|reduce \d)", 'the authors of another interpreter'),
    (r'module _heapq\.__about__: value', 'a docstring, in own words'),
    (r"instance module\('(posix'\)\.times|resource'\)\.getrusage|posix'\)\.statvfs).*: (repr|copy|deepcopy|reduce \d)",
     'state of the process and of its disk'),
    (r".*: doc is str, not none", 'a docstring where the reference has none'),
]

VALID_VERSION_TAG = 1 << 19
ADDRESS = re.compile(r'\b0x[0-9a-f]{6,}|(?<=top\()\d{6,}')


# ---- what an interpreter knows ------------------------------------------------------------------

class Facts:
    """Collects `subject` -> {aspect: value}; everything in it is text."""

    def __init__(self):
        self.table = {}

    def add(self, subject, aspect, value):
        self.table.setdefault(subject, {})[aspect] = value if isinstance(value, str) else repr(value)


def attempt(function, *args):
    """The result as clean text, or the error."""
    try:
        result = function(*args)
    except RecursionError:
        raise
    except BaseException as error:
        return 'raises ' + clean('%s: %s' % (type(error).__name__, error))
    return clean(result if isinstance(result, str) else repr(result))


def clean(text):
    text = ADDRESS.sub('0x_', text)
    return text if len(text) <= 400 else '%s... %d %08x' % (text[:400], len(text), zlib.crc32(text.encode('utf-8', 'replace')))


def type_name(cls):
    return '%s.%s' % (type.__dict__['__module__'].__get__(cls), cls.__qualname__)


def is_python_class(cls):
    """Whether a class statement made it."""
    if not cls.__flags__ & (1 << 9):
        return False
    names = cls.__dict__
    if any(isinstance(value, (types.FunctionType, staticmethod, classmethod, property))
           and not isinstance(getattr(value, '__func__', None), types.BuiltinFunctionType)
           for name, value in names.items()):
        return True
    module = sys.modules.get(cls.__module__)
    return not (module is None or cls.__module__ in MODULES or cls.__module__ in OWN_MODULES)


# Modules of the standard library that C types give as their __module__.
OWN_MODULES = {'functools', 'collections', 're', 'operator', 'ast', 'signal', 'hamt', 'types', 'typing', 'itertools',
               'random', 'datetime', 'socket', 'xml.etree.ElementTree', 'pickle', 'csv', 'struct', 'weakref', 'os',
               'io', 'resource', 'contextvars', 'asyncio', 'abc'}


def all_types(start):
    """Every type below object and those in start, in no order."""
    found, stack = {}, [object] + list(start)
    while stack:
        cls = stack.pop()
        if id(cls) in found:
            continue
        found[id(cls)] = cls
        if type(cls).__mro__[-2] is type or isinstance(cls, type):
            stack.extend(type.__subclasses__(cls))
            stack.extend(cls.__mro__)
            stack.append(type(cls))
    return list(found.values())


def function_facts(facts, subject, value):
    """What a callable says about itself."""
    facts.add(subject, 'text signature', getattr(value, '__text_signature__', 'absent'))
    facts.add(subject, 'signature', attempt(lambda: str(inspect.signature(value))))
    for name in '__name__', '__qualname__', '__module__':
        facts.add(subject, name, attempt(getattr, value, name, 'absent'))
    owner = getattr(value, '__objclass__', None)
    if owner is not None:
        facts.add(subject, '__objclass__', type_name(owner))
    owner = getattr(value, '__self__', None)
    if owner is not None:
        facts.add(subject, '__self__', type_name(owner) if isinstance(owner, type) else type_name(type(owner)))


def doc_fact(facts, subject, value):
    doc = attempt(lambda: type(getattr(value, '__doc__', 0)).__name__)
    facts.add(subject, 'doc', 'str' if doc == 'str' else 'none')


def value_facts(facts, subject, value):
    facts.add(subject, 'kind', type_name(type(value)))
    if isinstance(value, type):
        facts.add(subject, 'value', type_name(value))
    elif isinstance(value, (bool, int, float, complex, str, bytes, tuple, frozenset, type(None))):
        facts.add(subject, 'value', attempt(repr, value))
    elif isinstance(value, (list, set, dict)):
        facts.add(subject, 'value', '%s of %d' % (type(value).__name__, len(value)))
    elif isinstance(value, types.ModuleType):
        pass
    else:
        function_facts(facts, subject, value)
        doc_fact(facts, subject, value)


def type_facts(facts, cls, subject):
    flags = cls.__flags__ & ~VALID_VERSION_TAG
    facts.add(subject, 'flags', hex(flags))
    for name in '__basicsize__', '__itemsize__', '__dictoffset__', '__weakrefoffset__', '__text_signature__':
        facts.add(subject, name, attempt(getattr, cls, name))
    facts.add(subject, '__name__', cls.__name__)
    facts.add(subject, '__qualname__', cls.__qualname__)
    facts.add(subject, '__module__', attempt(lambda: repr(type.__dict__['__module__'].__get__(cls))))
    facts.add(subject, 'mro', ' '.join(map(type_name, cls.__mro__)))
    facts.add(subject, 'base', type_name(cls.__base__) if cls.__base__ else 'none')
    facts.add(subject, 'metaclass', type_name(type(cls)))
    facts.add(subject, 'signature', attempt(lambda: str(inspect.signature(cls))))
    facts.add(subject, 'repr', attempt(repr, cls))
    facts.add(subject, 'abstract', attempt(lambda: cls.__abstractmethods__))
    doc_fact(facts, subject, cls)
    own = set(cls.__dict__)
    if flags & (1 << 9):                # classes of applications add to heap types
        own -= {'__abstractmethods__', '_abc_impl'}
    facts.add(subject, 'own names', ' '.join(sorted(own)))
    facts.add(subject, 'dir', ' '.join(sorted(dir(cls))))
    for name in own:
        value = cls.__dict__[name]
        if name == '__doc__':
            continue
        value_facts(facts, '%s.%s' % (subject, name), value)


def module_facts(facts, name):
    subject = 'module ' + name
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        facts.add(subject, 'import', 'fails: %s' % error)
        return
    facts.add(subject, 'import', 'works')
    facts.add(subject, 'names', ' '.join(sorted(vars(module))))
    facts.add(subject, 'kind', type_name(type(module)))
    facts.add(subject, 'repr', attempt(repr, module))
    doc_fact(facts, subject, module)
    for key, value in sorted(vars(module).items()):
        if key not in ('__doc__', '__loader__', '__spec__', '__builtins__', '_'):
            value_facts(facts, '%s.%s' % (subject, key), value)


def instance_facts(facts, expression, value):
    """What an instance supports."""
    subject = 'instance ' + expression
    facts.add(subject, 'type', type_name(type(value)))
    facts.add(subject, 'dir', ' '.join(sorted(dir(value))))
    facts.add(subject, 'repr', attempt(repr, value))
    facts.add(subject, 'sizeof', attempt(sys.getsizeof, value))
    facts.add(subject, 'hashable', attempt(lambda: bool(hash(value)) or True))
    facts.add(subject, 'truth', attempt(bool, value))
    facts.add(subject, 'length', attempt(len, value))
    facts.add(subject, 'weakly', attempt(lambda: type(__import__('_weakref').ref(value)).__name__))
    facts.add(subject, 'has dict', attempt(lambda: type(value.__dict__).__name__))
    facts.add(subject, 'new attribute', attempt(setattr, value, 'attribute_that_is_not', 1))
    attempt(delattr, value, 'attribute_that_is_not')
    facts.add(subject, 'del attribute', attempt(delattr, value, 'attribute_that_is_not'))
    facts.add(subject, 'class', attempt(setattr, value, '__class__', int))
    for protocol in (0, 2, 4):
        facts.add(subject, 'reduce %d' % protocol, attempt(lambda: reduced(value.__reduce_ex__(protocol))))
    if not isinstance(value, types.FrameType):
        facts.add(subject, 'copy', attempt(lambda: copied(copy.copy, value)))
        facts.add(subject, 'deepcopy', attempt(lambda: copied(copy.deepcopy, value)))
    for slot in '__getstate__', '__setstate__', '__copy__', '__deepcopy__':
        facts.add(subject, slot, hasattr(value, slot))


def reduced(result):
    if not isinstance(result, tuple):
        return repr(result)
    return '(%s)' % ', '.join(repr(part) if '__next__' not in dir(part) else type(part).__name__ for part in result)


def copied(function, value):
    result = function(value)
    return 'same' if result is value else type_name(type(result)) + ' ' + repr(result)


def dump(stream):
    warnings.simplefilter('ignore')
    facts = Facts()
    for name in MODULES:
        module_facts(facts, name)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    samples = importlib.import_module('parity_samples')
    start = [type(value) for name in MODULES if name in sys.modules for value in vars(sys.modules[name]).values()]
    kept, seen = [], set()
    for expression in samples.EXPRESSIONS:
        try:
            value = samples.make(expression)
        except BaseException as error:
            facts.add('instance ' + expression, 'made', clean('%s: %s' % (type(error).__name__, error)))
            continue
        kept.append((expression, value))
        start.append(type(value))
    gc.collect()                # classes that nobody can reach any more
    for cls in sorted(all_types(start), key=lambda cls: (type_name(cls), cls.__basicsize__)):
        if is_python_class(cls) or cls.__module__ == 'parity_samples':
            continue
        subject = 'type ' + type_name(cls)
        while subject in seen:
            subject += "'"
        seen.add(subject)
        type_facts(facts, cls, subject)
    for expression, value in kept:
        instance_facts(facts, expression, value)
    json.dump(facts.table, stream)


# ---- the comparison -----------------------------------------------------------------------------

def facts_of(interpreter):
    environment = dict(os.environ, PYTHONHASHSEED='1')
    for name in 'PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP':
        environment.pop(name, None)
    process = subprocess.run([interpreter, '-X', 'utf8', os.path.abspath(__file__), '--dump'], env=environment,
                             stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=120)
    if process.returncode:
        sys.exit('%s ended with status %d' % (interpreter, process.returncode))
    return json.loads(process.stdout)


def list_difference(mine, other):
    """For aspects that are lists of names: what is missing and what is too much."""
    mine, other = mine.split(), other.split()
    return ' '.join(['-' + name for name in other if name not in mine] +
                    ['+' + name for name in mine if name not in other])


def compare(mine, reference, names):
    """Print the differences; return (names compared, differences)."""
    compared = differences = 0
    for subject in sorted(reference.keys() | mine.keys()):
        if names and not any(name in subject for name in names):
            continue
        compared += 1
        ours, theirs = mine.get(subject), reference.get(subject)
        if ours is None or theirs is None:
            if excluded(subject + ': '):
                continue
            # a name that is missing is printed once, by the list of names that lacks it
            parent = subject.rpartition('.')[0]
            if (ours is None and parent in reference and subject.startswith(('type ', 'module ')) or
                    theirs is None and parent in mine and subject.startswith(('type ', 'module '))):
                continue
            differences += 1
            print('%s: %s' % (subject, 'absent' if ours is None else 'not in the reference'))
            continue
        aspects = ours.keys() | theirs.keys()
        if 'made' in aspects:           # one of them could not make it
            aspects = {'made'}
        elif 'import' in aspects and ours['import'] != theirs['import']:
            aspects = {'import'}
        for aspect in sorted(aspects):
            value, expected = ours.get(aspect, 'absent'), theirs.get(aspect, 'absent')
            if aspect in ('dir', 'names', 'own names') and 'absent' not in (value, expected):
                line = list_difference(value, expected)
            else:
                line = 'is %s, not %s' % (value, expected)
            line = '%s: %s %s' % (subject, aspect, line)
            if value != expected and not excluded(line):
                differences += 1
                print(line)
    return compared, differences


def excluded(line):
    return any(re.match(pattern, line) for pattern, reason in EXCLUDED)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--interp', default='build/krait')
    parser.add_argument('--dump', action='store_true', help='write the facts of this interpreter as JSON')
    parser.add_argument('names', nargs='*', metavar='NAME')
    options = parser.parse_args()
    if options.dump:
        # facts are printed at the end, whatever the samples write meanwhile
        out = os.fdopen(os.dup(1), 'w')
        os.dup2(2, 1)
        dump(out)
        out.close()
        return 0
    compared, differences = compare(facts_of(options.interp), facts_of(REFERENCE), options.names)
    print('%d names compared, %d differences' % (compared, differences))
    return differences > 0


if __name__ == '__main__':
    sys.exit(main())
