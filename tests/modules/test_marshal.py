"""marshal: every version's bytes, and answers to hostile input."""
import io
import marshal
import random
import types


def attempt(function, *args):
    try:
        value = function(*args)
        return type(value).__name__ if isinstance(value, types.CodeType) else repr(value)[:300]
    except Exception as e:
        return type(e).__name__, str(e)


values = [1, 0, -1, 2**15, 2**30, 2**31, -2**31 - 1, 2**40, -2**40, 2**200, 1.5, float('inf'), 1e300,
          1j, -0.0, 'é', '\ud800', 'a' * 255, 'a' * 256, b'x' * 300, (), (1, 2), tuple(range(300)),
          [1], [], {}, {1: 2}, {1, 2, 3}, frozenset(), frozenset((5, 6, 1)), None, True,
          ..., StopIteration, bytearray(b'x'), memoryview(b'abc'), type, object(), [object()]]
loop = []
loop.append(loop)
values.append(loop)
deep = []
for i in range(2100):
    deep = [deep]
values.append(deep)
for value in values:
    for version in range(-1, 6):
        print(repr(value)[:40].split(' at 0x')[0], version, attempt(marshal.dumps, value, version))
        try:
            data = marshal.dumps(value, version)
        except ValueError:
            continue
        print(attempt(marshal.loads, data), attempt(marshal.load, io.BytesIO(data)))

for data in [b'', b'N', b'X', b'0', b'i\1\0', b'(\2\0\0\0N', b'(\2\0\0\0N0', b'[\xff\xff\xff\xffN',
             b'l\2\0\0\0\1\0\0\0', b'l\xff\xff\xff\xff\1\0', b'l\1\0\0\0\0\x80', b'l\0\0\0\x80\0\0',
             b's\xff\xff\xff\xff', b'f\x03abc', b'f\x031.5', b'r\0\0\0\0', b'\xfbr\0\0\0\0',
             b'\xa8r', b'{NN0', b'{N', b'{0', b'>\1\0\0\0[\0\0\0\0', b'c' + b'\0' * 20,
             b'u\1\0\0\0\xff', b'a\1\0\0\0\xff', b'z\x02\x80x', b'\xa9\1r\0\0\0\0',
             b'<\xff\xff\xff\xff', b'[\1\0\0\0r\0\0\0\0', b'\xdb\1\0\0\0r\0\0\0\0', b'g12345678',
             b'y' + b'1' * 16, b'x\0011\0012', b'I12345678', b'A\1\0\0\0a', b'Z\1a', b't\1\0\0\0a',
             b'[' + b'\1\0\0\0[' * 3000, b'(\0\0\1\0N', b'\xbe\1\0\0\0r\0\0\0\0', b'l\0\0\1\0']:
    print(data[:20], attempt(marshal.loads, data), attempt(marshal.load, io.BytesIO(data)))

random.seed(1)
good = [b'\xe9\1\0\0\0', marshal.dumps([1, (2, 'abc', {'q': {1, 2}})] * 3), marshal.dumps(1.5)]
for i in range(3000):
    data = bytearray(random.choice(good))
    for k in range(random.randrange(1, 4)):
        data[random.randrange(len(data))] = random.choice([0, 1, random.choice(b'N)zZursifgTF0')])
    print(attempt(marshal.loads, bytes(data)))

code = compile('def f(a, *b, c=1):\n return lambda: a', 'f', 'exec')
again = marshal.loads(marshal.dumps(code))
print(again == code, again.co_consts[0].co_cellvars, again.co_positions == code.co_positions)
