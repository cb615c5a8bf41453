"""Training: the parser and the compiler, on files of the library that no benchmark compiles."""
import ast
import os
import tokenize

STATEMENTS = '''
match point:
    case Point(x=0, y=0) | [0, 0]: print('origin')
    case {'x': x, **rest} if rest: print(x)
    case (1 | 2 | None) as a: pass
async def read(paths, *, limit: int = 1 << 20, **options) -> list[bytes]:
    async with gate, open(paths) as (a, b):
        async for line in a: yield line.strip() or await b.read(limit)
    return
@decorated(1, *more)
class Node(Base, metaclass=Meta):
    """A node."""
    __slots__ = 'left', 'right'
    def __init__(self, left=None, /, right=None):
        super().__init__()
        self.left, self.__right = left, right
    def walk(self):
        global seen
        def inner():
            nonlocal count
            count += 1
        count = 0
        try: yield from self.left
        except (KeyError, ValueError) as e: raise RuntimeError(f'{e!r}: {count:>{width}}') from e
        finally: del self.left[1:2, ::-1]
        while (n := len(stack)) > 1 and not done: stack = {**a, 'n': [i for j in x for i in j if i is not None]}
'''
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
            result += len(compile(source.encode(), path, 'exec', dont_inherit=True, optimize=2).co_consts)
    result += len(ast.dump(ast.parse(source)))
    for _ in range(20 * n):
        result += len(compile(STATEMENTS, '<string>', 'exec').co_code)
    for text in ('a + b * c', 'f(x, *y, z=1)', '[i for i in x if i]', '{k: v}', "f'{a!r:>{b}}'", 'lambda: 0'):
        result += len(compile(text, '<string>', 'eval').co_code)
    return result
