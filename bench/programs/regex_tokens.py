"""re: a tokenizer of many alternatives over source text."""
import re

N = 8
TOKEN = re.compile(r'(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<string>"[^"\n]*")|'
                   r'(?P<op>[-+*/=<>!]=?|[()\[\]{},;.])|(?P<space>\s+)')


def run(n):
    text = ''.join(f'def f{i}(x, y): return x * {i} + y[{i}.5] >= "text {i}";\n' for i in range(300))
    counts = {}
    for _ in range(n):
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            counts[kind] = counts.get(kind, 0) + 1
    return sorted(counts.items())
