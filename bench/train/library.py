"""Training: modules of the standard library at work."""
import argparse
import ast
import base64
import contextlib
import csv
import dataclasses
import datetime
import enum
import functools
import hashlib
import inspect
import io
import json
import logging
import os
import pickle
import random
import struct
import tempfile
import textwrap
import tokenize
import types
import typing
import weakref
import zlib

N = 3


class Shade(enum.Enum):
    DARK = 'dark'
    LIGHT = 'light'


@dataclasses.dataclass(order=True)
class Record:
    name: str
    size: int = 0
    parts: list = dataclasses.field(default_factory=list)
    shade: typing.Optional[Shade] = None


@functools.lru_cache(maxsize=100)
def ways(n):
    return 1 if n < 2 else ways(n - 1) + ways(n - 2)


@contextlib.contextmanager
def opened(log):
    log.append('in')
    try:
        yield log
    finally:
        log.append('out')


class Counter(ast.NodeVisitor):
    def __init__(self):
        self.names = 0

    def visit_Name(self, node):
        self.names += 1
        self.generic_visit(node)


def parse():
    parser = argparse.ArgumentParser(prog='x')
    parser.add_argument('--level', type=int, default=2, help='how much')
    parser.add_argument('-v', action='store_true')
    parser.add_argument('files', nargs='*')
    return parser.parse_args(['--level', '3', '-v', 'a', 'b'])


def run(n):
    result = 0
    for i in range(n):
        records = [Record(f'r{j}', j % 7, [j], Shade('dark')) for j in range(60)]
        result += sorted(records)[0].size + len(repr(records[:4]))
        plain = [dataclasses.asdict(r) | {'shade': r.shade.value} for r in records[:20]]
        text = json.dumps(plain, indent=1)
        result += len(json.loads(text)) + len(json.dumps({'a': [1.5, None, True, 'é"']}))
        for protocol in range(6):
            result += len(pickle.loads(pickle.dumps(plain, protocol)))
        tree = ast.parse(textwrap.dedent(inspect.getsource(parse)))
        counter = Counter()
        counter.visit(tree)
        result += counter.names + len(ast.unparse(tree))
        exec(compile(tree, 'x', 'exec'), {'argparse': argparse})
        result += parse().level
        with open(textwrap.__file__, encoding='utf-8') as f:
            source = f.read()
        result += len(compile(source, 'y', 'exec').co_consts)
        result += sum(1 for _ in tokenize.generate_tokens(io.StringIO(source[:3000]).readline))
        result += len(textwrap.fill(textwrap.__doc__ * 5, 40))
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        logger = logging.Logger('t', logging.INFO)
        logger.addHandler(handler)
        for j in range(60):
            logger.debug('no %d', j)
            logger.info('yes %s %d', 'x', j)
        result += len(stream.getvalue())
        writer = csv.writer(stream)
        writer.writerows([[j, f'a,{j}', j / 3] for j in range(60)])
        result += sum(map(len, csv.reader(io.StringIO(stream.getvalue()))))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'file.txt')
            with open(path, 'w', encoding='utf-8') as f:
                for j in range(200):
                    print('line', j, file=f)
            with open(path, encoding='utf-8') as f:
                result += sum(len(line.rstrip()) for line in f)
            with open(path, 'rb') as f:
                data = f.read()
            result += len(os.listdir(folder)) + os.path.getsize(path)
        result += len(zlib.decompress(zlib.compress(data))) + len(base64.b64encode(data))
        result += hashlib.sha256(data).digest()[0] + len(struct.pack('<IhdQ', 1, 2, 3.5, 4))
        moment = datetime.datetime(2021, 5, 6) + datetime.timedelta(days=i, hours=5)
        result += len(moment.isoformat()) + len(moment.strftime('%d %b')) + moment.weekday()
        chooser = random.Random(i)
        deck = list(range(52))
        chooser.shuffle(deck)
        result += deck[0] + chooser.randint(1, 6) + len(chooser.sample(deck, 5))
        log = []
        with contextlib.suppress(KeyError), opened(log):
            {}['x']
        result += len(log) + ways(60) % 100
        refs = weakref.WeakSet([logger, handler, parse])
        result += len(refs) + len(inspect.signature(parse).parameters)
        space = types.SimpleNamespace(**{f'k{j}': j for j in range(5)})
        result += space.k3
    return result > 0
