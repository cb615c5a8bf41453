"""import_all.py LIB: import every module of the folder LIB from its .pyc file and say what each holds.

Run with PYTHONPATH=LIB.  A file that had to be compiled anew, because its .pyc did not serve, is reported.
"""
import importlib
import os
import sys
import warnings

# modules that act when imported, and those of packages that Debian ships apart
LEFT_OUT = {'antigravity', 'this', 'idlelib', 'turtledemo', 'turtle', 'tkinter', 'lib2to3', 'test', '__pycache__'}


def modules(lib):
    for entry in sorted(os.listdir(lib)):
        name = entry.removesuffix('.py')
        if name not in LEFT_OUT and (entry.endswith('.py') or
                                     os.path.exists(os.path.join(lib, entry, '__init__.py'))):
            yield name


warnings.simplefilter('ignore')
sys.dont_write_bytecode = True
lib = sys.argv[1]
compiled = []
sys.addaudithook(lambda event, args: event == 'compile' and str(args[1]).startswith(lib) and compiled.append(args[1]))
for name in modules(lib):
    try:
        module = importlib.import_module(name)
    except ImportError as e:
        print(name, type(e).__name__, str(e).replace(lib, 'LIB'))
        continue
    names = sorted(n for n in vars(module) if not n.startswith('_'))
    print(name, len(names), hash(tuple(names)))
print('compiled anew:', compiled)
