"""What a start leaves behind looks as ever, however little of it was made: modules, specs, finders, posix."""
import subprocess
import sys

IMPORTS = '''
import sys, encodings, encodings.aliases, encodings.utf_8
print(list(sys.modules))
for path, finder in sys.path_importer_cache.items():
    print(path, finder, finder and list(vars(finder)))
for m in encodings, encodings.aliases, encodings.utf_8:
    s = m.__spec__
    print([(k, v) for k, v in vars(m).items() if k.startswith('__') and 'object at' not in repr(v) and
           k != '__builtins__'])
    print(list(vars(m)), list(vars(s)), vars(s.loader), s.parent, s.has_location, s._initializing)
    print(m.__loader__ is s.loader, m.__cached__ is s.cached, m.__file__ is s.origin, type(s), type(s.loader))
print(encodings.search_function.__code__.co_filename, encodings.aliases.__dict__['__builtins__'] is vars(__builtins__))
import encodings.latin_1
print(encodings.latin_1, sorted(sys.path_importer_cache))
'''
# Each is the first to look at the module.
POSIX = [
    'm = sys.modules["posix"]; f = m.stat, m.getcwd; print(sorted(vars(m)), f == (m.stat, m.getcwd), f[0] is m.stat)',
    'm = sys.modules["posix"]; print(m.__dict__["getpid"], list(m.__dict__)[:5])',
    'm = sys.modules["posix"]; print(dir(m))',
    'm = sys.modules["posix"]; print(hasattr(m, "nothing"), hasattr(m, "__path__"), m)',
    'm = sys.modules["posix"]; m.getpid = 3; print(list(vars(m))[-1] == "getpid", m.getpid)',
    'm = sys.modules["posix"]; m.new = 3; print(list(vars(m))[-1])',
    'm = sys.modules["posix"]; del m.getpid; print(hasattr(m, "getpid"), hasattr(m, "getppid"))',
    'print(object.__getattribute__(sys.modules["posix"], "getpid"))',
    'print(type(sys).__getattribute__(sys.modules["posix"], "getpid"))',
    'print(type(sys).__dict__["__dict__"].__get__(sys.modules["posix"])["getppid"])',
    'import gc; print([len(o) for o in gc.get_referents(sys.modules["posix"]) if type(o) is dict])',
    'import gc; print(sum(1 for o in gc.get_objects() if type(o) is type(len) and o.__module__ == "posix") > 300)',
    'print("times_result" in [c.__name__ for c in tuple.__subclasses__()])',
    'print("DirEntry" in [c.__name__ for c in object.__subclasses__()])',
    'class M(type(sys)): pass\nm = sys.modules["posix"]; m.__class__ = M; print(m.getpid, len(vars(m)))',
    'from posix import *; print(getpid, stat_result, sorted(globals())[:40])',
    'from posix import getppid, stat; print(getppid, stat)',
    'import posix; posix.stat("/"); print(posix.stat_result, posix.sysconf_names["SC_OPEN_MAX"], "PATH" in posix.environ)',
    'import os; print(os.getpid, os.environ is not None, len(vars(sys.modules["posix"])))',
    'import importlib; m = importlib.reload(sys.modules["posix"]); print(len(vars(m)), m.getpid)',
    'import _imp; s = sys.modules["posix"].__spec__; m = _imp.create_builtin(s); _imp.exec_builtin(m); '
    'print(m is sys.modules["posix"], list(vars(m)) == list(vars(sys.modules["posix"])))',
    'del sys.modules["posix"]; import posix; print(posix.getpid)',
]


def show(*arguments):
    p = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60,
                       env={'LANG': 'C.UTF-8', 'PATH': '/usr/bin'})
    print(arguments[:-1], p.returncode)
    print(p.stdout, p.stderr.replace(sys.executable, 'python'), sep='')


for options in (['-I', '-S'], ['-S'], ['-I'], [], ['-I', '-S', '-O'], ['-S', '-X', 'frozen_modules=off'],
                ['-I', '-S', '-X', 'utf8']):
    show(*options, '-c', IMPORTS)
for program in POSIX:
    show('-I', '-S', '-c', 'import sys\n' + program)
