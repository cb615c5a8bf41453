"""Training: the parser and the compiler, on files of the library that no benchmark compiles."""
import ast
import os
import tokenize

N = 1
FILES = ('calendar', 'configparser', 'difflib', 'fractions', 'ftplib', 'http/client', 'imaplib', 'mailbox', 'optparse',
         'platform', 'plistlib', 'profile', 'random', 'sched', 'statistics', 'string', 'trace', 'urllib/request',
         'uuid', 'weakref', 'webbrowser', 'xml/dom/minidom', 'asyncio/streams', 'asyncio/tasks', 'zipapp')


def run(n):
    folder, result = os.path.dirname(os.__file__), 0
    for name in FILES:
        path = os.path.join(folder, name + '.py')
        with tokenize.open(path) as f:
            source = f.read()
        for _ in range(n):
            result += len(compile(source, path, 'exec', dont_inherit=True).co_consts)
    result += len(ast.dump(ast.parse(source)))
    for text in ('a + b * c', 'f(x, *y, z=1)', '[i for i in x if i]', '{k: v}', "f'{a!r:>{b}}'", 'lambda: 0'):
        result += len(compile(text, '<string>', 'eval').co_code)
    return result
