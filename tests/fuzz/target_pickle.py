"""_pickle: the first byte chooses how the pickle behind it is read; what was read is written again."""
import collections
import datetime
import io
import os
import pickle
import re
import _pickle

MODULES = {'builtins', '__builtin__', 'copyreg', 'copy_reg', 'collections', 'datetime', '_codecs', 'target_pickle'}
NAMES = {'int', 'float', 'complex', 'str', 'bytes', 'bytearray', 'list', 'tuple', 'dict', 'set', 'frozenset', 'object',
         'slice', 'range', 'type', 'getattr', 'ValueError', '_reconstructor', '__newobj__', '__newobj_ex__', 'OrderedDict',
         'deque', 'Counter', 'date', 'datetime', 'timedelta', 'encode', 'Plain', 'Slotted', 'State', 'List'}
WORDS = [bytes([c]) for c in b'(.012FNIJKLMPQRSTUVXabcdeghijlopqrstu)]}GBC'] + [bytes([c]) for c in range(0x80, 0x99)]
WORDS += [b'cbuiltins\nlist\n', b'(dp0\n', b'\x8c\x01a', b'\x94h\x00', b'q\xff', b'r\xff\xff\xff\x7f', b'p999999999\n', b'I01\n',
          b"S'a'\n", b'ctarget_pickle\nPlain\n)\x81', b'\x95\xff\xff\xff\xff\x00\x00\x00\x00', b'K\x01\x85', b'\x97\x98']
SIZE = 500
COMPARES = os.environ.get('FUZZ_COMPARES')


class Plain:
    pass


class Slotted:
    __slots__ = ('a', 'b', '__dict__')


class State:
    def __getstate__(self):
        return dict(vars(self))

    def __setstate__(self, state):
        vars(self).update(state)


class List(list):
    pass


def seeds():
    one, two, three = Plain(), Slotted(), State()
    one.me, two.a, two.c, three.list = one, one, 2, List([two])
    values = [None, True, -1, 300, 70000, 2**40, -2**3000, 1.5, 'a', 'é\ud800' * 9, b'abc' * 200, bytearray(b'xyz'), [], [1],
              [1, [2]], (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {}, {1: 2}, {'a': 1, 'b': [2]}, set(), {1, 2}, frozenset('ab'),
              one, two, three, ValueError('x'), range(4), 1j, datetime.date(2020, 1, 1), collections.OrderedDict(a=1),
              collections.deque([1], 3), [one, [one, two]], pickle.PickleBuffer(b'abc'), int, list(range(1005))]
    data = []
    for i, value in enumerate(values):
        for protocol in range(6):
            try:
                data.append(bytes([i * 7 + protocol]) + _pickle.dumps(value, protocol))
            except Exception:
                pass
    return data


class Peeking(io.BytesIO):
    def peek(self, n):
        return self.getvalue()[self.tell():self.tell() + 5]


class Loader(_pickle.Unpickler):
    def find_class(self, module, name):
        if module in MODULES and name in NAMES:
            return super().find_class(module, name)
        raise ImportError('%s.%s' % (module, name))

    def persistent_load(self, id):
        if id == 'again':
            return self.load()
        return ('id', id)


class Dumper(_pickle.Pickler):
    def persistent_id(self, obj):
        return obj[1] if type(obj) is tuple and len(obj) == 2 and obj[0] == 'id' else None


def expensive(data):
    """Would the reference allocate what a number claims?"""
    return (re.search(rb'r...[\x01-\xff]|r..[\x10-\xff]|p\s*\d{7}|[BXTUC\x8b\x8d\x8e\x95\x96].{2,7}[\x01-\xff]', data, re.S)
            is not None)


def run(data):
    how, data = data[0] if data else 0, data[1:]
    if COMPARES and expensive(data):
        return None
    files = io.BytesIO, lambda b: io.BufferedReader(io.BytesIO(b), 16), Peeking, io.BytesIO
    file = files[how & 3](data + b'N.' * (how & 1))
    encoding = ('bytes', 'ASCII', 'latin1', 'utf-8')[how >> 2 & 3]
    loader = Loader(file, encoding=encoding, buffers=[b'1', bytearray(b'2'), memoryview(b'3')])
    value = loader.load()
    text = re.sub('0x[0-9a-f]+', '0x', repr(value)[:300])
    for protocol in range(6):
        out = io.BytesIO()
        try:
            dumper = Dumper(out, protocol)
            dumper.fast = how >> 6 & 1
            dumper.dump(value)
        except Exception as error:
            text += ' ' + type(error).__name__
            continue
        text += ' %d' % len(out.getvalue())
        if not how >> 6 & 1:
            Loader(io.BytesIO(out.getvalue())).load()
    return text, file.tell(), len(loader.memo.copy())
