"""compile: text to code objects, and ast both ways."""
import ast
import os

N = 3


def run(n):
    total = 0
    for name in ('textwrap', 'heapq', 'shlex', 'bisect'):
        path = os.path.join(os.path.dirname(os.__file__), name + '.py')
        with open(path, encoding='utf-8') as f:
            source = f.read()
        for _ in range(n):
            total += len(compile(source, path, 'exec').co_code)
        total += sum(1 for _ in ast.walk(ast.parse(source)))
    return total > 0
