"""pyc_digest.py DIR: header and code objects of every .pyc below DIR, as text.

The bytes themselves may differ: marshal notes shared references by reference counts.
"""
import marshal
import os
import sys


def show(code, indent=''):
    print(indent + code.co_qualname, code.co_code.hex(), code.co_names, code.co_varnames,
          code.co_flags, code.co_stacksize, code.co_firstlineno, code.co_linetable.hex(),
          code.co_exceptiontable.hex())
    for const in code.co_consts:
        if hasattr(const, 'co_code'):
            show(const, indent + ' ')
        else:
            print(indent + ' ', type(const).__name__,
                  sorted(map(repr, const)) if isinstance(const, frozenset) else repr(const))


for folder, folders, names in os.walk(sys.argv[1]):
    folders.sort()
    for name in sorted(names):
        if name.endswith('.pyc'):
            with open(os.path.join(folder, name), 'rb') as f:
                data = f.read()
            print(name, data[:8].hex(), data[12:16].hex())
            show(marshal.loads(data[16:]))
