"""Containers changed while something goes over them, and code that runs in the middle of their operations."""
import array
import collections
import gc
import heapq
import io
import itertools
import json
import pickle
import weakref


def show(name, f):
    try:
        result = f()
        text = repr(result)
        print(name, text if len(text) < 150 else text[:150] + '... %d' % len(text))
    except RecursionError:
        print(name, 'RecursionError')
    except BaseException as e:
        print(name, '%s: %s' % (type(e).__name__, str(e)[:150]))
    gc.collect()


class Act:
    """An object every one of whose operations does something first."""
    def __init__(self, action, value=0, times=1):
        self.action, self.value, self.times = action, value, times

    def act(self):
        if self.times > 0:
            self.times -= 1
            self.action()

    def __eq__(self, other):
        self.act()
        return self.value == getattr(other, 'value', other)

    def __lt__(self, other):
        self.act()
        return self.value < getattr(other, 'value', other)

    def __gt__(self, other):
        self.act()
        return self.value > getattr(other, 'value', other)

    def __hash__(self):
        self.act()
        return hash(self.value)

    def __index__(self):
        self.act()
        return self.value

    __int__ = __index__

    def __repr__(self):
        self.act()
        return 'Act(%r)' % self.value

    def __iter__(self):
        self.act()
        return iter([self.value] * 3)

    def __len__(self):
        self.act()
        return 3

    def __bool__(self):
        self.act()
        return True

    def __add__(self, other):
        self.act()
        return self.value + 1

    def __getitem__(self, i):
        self.act()
        return [1, 2, 3][i]

    def keys(self):
        self.act()
        return ['a', 'b']

    def __reduce__(self):
        self.act()
        return (int, (self.value,))


class Dies:
    """Acts when it dies."""
    def __init__(self, action):
        self.action = action

    def __del__(self):
        self.action()

    def __repr__(self):
        return 'Dies'


# ---- lists: every operation against every change ----
CHANGES = {
    'clear': lambda x: x.clear(),
    'grow': lambda x: x.extend(range(100)),
    'pop': lambda x: x and x.pop(),
    'shift': lambda x: x and x.pop(0),
    'replace': lambda x: x.__setitem__(slice(None), [7, 8, 9]),
    'delete': lambda x: x.__delitem__(slice(1, None)),
    'sort': lambda x: x.sort(key=str),
    'itself': lambda x: x.append(x) if len(x) < 50 else None,
}
LIST = {
    'remove': lambda x, a: x.remove(1000),
    'index': lambda x, a: x.index(1000),
    'count': lambda x, a: x.count(1000),
    'in': lambda x, a: 1000 in x,
    '==': lambda x, a: x == [1, 2, 3, a, 5],
    '<': lambda x, a: x < [1, 2, 3, 4, 5],
    'sort': lambda x, a: x.sort(),
    'sort key': lambda x, a: x.sort(key=lambda i: (a.act(), 0)[1]),
    'sorted': lambda x, a: len(sorted(x)),
    'min': lambda x, a: min(x) and None,
    'max': lambda x, a: max(x) and None,
    'repr': lambda x, a: repr(x),
    'str.join': lambda x, a: ','.join(map(repr, x)),
    'extend': lambda x, a: x.extend(a),
    '+=': lambda x, a: x.__iadd__(a),
    'slice': lambda x, a: x.__setitem__(slice(1, 3), a),
    'item': lambda x, a: x[a],
    'set item': lambda x, a: x.__setitem__(a, 'new'),
    'del item': lambda x, a: x.__delitem__(a),
    'insert': lambda x, a: x.insert(a, 'new'),
    'pop': lambda x, a: x.pop(a),
    'times': lambda x, a: x * a,
    'times in place': lambda x, a: x.__imul__(a),
    'slice bounds': lambda x, a: x[a:],
    'slice step': lambda x, a: x[::Act(a.act, 2)],
    'set slice bounds': lambda x, a: x.__setitem__(slice(a, None), 'xyz'),
    'del slice bounds': lambda x, a: x.__delitem__(slice(a, None, 2)),
    'tuple': lambda x, a: tuple(i for i in x if i != 1000),
    'set': lambda x, a: len(set(filter(lambda i: isinstance(i, (int, Act)), x))),
    'all': lambda x, a: all(x),
    'sum': lambda x, a: sum(i if isinstance(i, int) else i + 1 for i in x if not isinstance(i, list)),
    'zip': lambda x, a: len(list(zip(x, (i == 1000 for i in x)))),
    'map': lambda x, a: list(map(lambda i: i == 1000, x))[:3],
    'reversed': lambda x, a: [i == 1000 for i in reversed(x)][:3],
    'json': lambda x, a: json.dumps(x, default=lambda o: (a.act(), 1)[1])[:20],
    'pickle': lambda x, a: len(pickle.dumps(x)) > 0,
    'heapify': lambda x, a: heapq.heapify(x),
    'heappop': lambda x, a: heapq.heappop(x) and None,
    'accumulate': lambda x, a: len(list(itertools.accumulate(x, lambda p, q: (q == 1000, 1)[1]))),
    'bytes': lambda x, a: bytes(x),
    'bytearray': lambda x, a: bytearray(x),
    'array': lambda x, a: array.array('i', x),
    'unpack': lambda x, a: (lambda *y: len(y))(*(i for i in x if i != 1000)),
    'writelines': lambda x, a: io.StringIO().writelines(repr(i) for i in x),
    'dict': lambda x, a: len(dict.fromkeys(i for i in x if not isinstance(i, list))),
    'copy and del': lambda x, a: (x.__setitem__(slice(None), [Dies(a.act) for _ in range(3)]), x.clear(), len(x)),
    'set dying': lambda x, a: (x.__setitem__(0, Dies(a.act)), x.__setitem__(0, 1), len(x) < 200),
    'slice dying': lambda x, a: (x.__setitem__(slice(0, 2), [Dies(a.act), Dies(a.act)]),
                                 x.__setitem__(slice(0, 2), [4]), len(x) < 300),
}
for name, operation in LIST.items():
    for change, do in CHANGES.items():
        x = [1, 2, 3]
        a = Act(lambda: do(x), 2)
        x += [a, 5, 6, 7, 8]
        show('list %s, %s' % (name, change), lambda: operation(x, a))
        assert x == x or True
        len(x), x[:]
        del x, a

# ---- dicts, ordered dicts, sets ----
MAP_CHANGES = {
    'clear': lambda x: x.clear(),
    'grow': lambda x: x.update({i: i for i in range(100, 200)}),
    'pop': lambda x: x and x.popitem(),
    'itself': lambda x: x.update(x),
    'reinsert': lambda x: (x.pop(1, None), x.__setitem__(1, 'again')),
}
MAP = {
    'get': lambda x, a: x.get(Act(a.act, 2)),
    'item': lambda x, a: x[Act(a.act, 2)],
    'set': lambda x, a: x.__setitem__(Act(a.act, 2), 'new'),
    'del': lambda x, a: x.__delitem__(Act(a.act, 2)),
    'pop': lambda x, a: x.pop(Act(a.act, 2), 'none') and None,
    'in': lambda x, a: Act(a.act, 2) in x,
    'setdefault': lambda x, a: x.setdefault(Act(a.act, 2), 'd') and None,
    'update': lambda x, a: x.update(a),
    'update pairs': lambda x, a: x.update([(Act(a.act, 2), 1)]),
    'update dict': lambda x, a: x.update({Act(lambda: None, 2): 1, Act(a.act, 3, 2): 2}),
    '|': lambda x, a: len(x | {Act(a.act, 2, 2): 1}) > 0,
    '==': lambda x, a: dict(x) == {1: 1, 2: Act(a.act, 7), 3: 3},
    'values ==': lambda x, a: x == {1: 1, 2: 2, 3: a},
    'repr': lambda x, a: len(repr(x)) > 0,
    'iterate': lambda x, a: [a.act() for _ in x],
    'items': lambda x, a: [a.act() for _ in x.items()],
    'values': lambda x, a: [a.act() for _ in x.values()],
    'reversed': lambda x, a: [a.act() for _ in reversed(x)],
    'list of items': lambda x, a: len([i == 5 for i in x.items()]),
    'keys &': lambda x, a: len(x.keys() & [Act(a.act, 2)]),
    'keys ^': lambda x, a: len(x.keys() ^ [Act(a.act, 2)]) > 0,
    'keys ==': lambda x, a: x.keys() == {Act(a.act, 2), 1, 3},
    'fromkeys': lambda x, a: len(dict.fromkeys([Act(a.act, i, 5) for i in range(3)])),
    'copy': lambda x, a: len(x.copy()) >= 0,
    'call': lambda x, a: (lambda **k: len(k))(**a),
    'json': lambda x, a: len(json.dumps(x, default=lambda o: (a.act(), 1)[1], skipkeys=True)) > 0,
    'pickle': lambda x, a: len(pickle.dumps(x)) > 0,
    'dying value': lambda x, a: (x.__setitem__(1, Dies(a.act)), x.__setitem__(1, 5), len(x) < 300),
    'dying del': lambda x, a: (x.__setitem__(1, Dies(a.act)), x.__delitem__(1), len(x) < 300),
    'dying clear': lambda x, a: (x.update({i: Dies(a.act) for i in range(5)}), x.clear(), len(x) < 300),
    'dying update': lambda x, a: (x.update({i: Dies(a.act) for i in range(5)}), x.update({i: 1 for i in range(5)}),
                                  len(x) < 300),
}
for kind in (dict, collections.OrderedDict, lambda *p: collections.defaultdict(int, *p), collections.UserDict):
    for name, operation in MAP.items():
        for change, do in MAP_CHANGES.items():
            x = kind([(1, 1), (2, 2), (3, 3)])
            a = Act(lambda: do(x), 2)
            x[4] = a
            show('%s %s, %s' % (type(x).__name__, name, change), lambda: operation(x, a))
            show('afterwards', lambda: len(x))
            del x, a

SET_CHANGES = {
    'clear': lambda x: x.clear(),
    'grow': lambda x: x.update(range(100, 200)),
    'pop': lambda x: x and x.discard(1),
    'itself': lambda x: x.update(x),
}
SET = {
    'in': lambda x, a: Act(a.act, 2) in x,
    'add': lambda x, a: x.add(Act(a.act, 2)),
    'remove': lambda x, a: x.remove(Act(a.act, 2)),
    'discard': lambda x, a: x.discard(Act(a.act, 2)),
    'update': lambda x, a: x.update([Act(a.act, 2)]),
    'update iterating': lambda x, a: x.update(a),
    '|': lambda x, a: len(x | {Act(a.act, 2, 2)}) > 0,
    '&': lambda x, a: len(x & {Act(a.act, 2, 2)}) >= 0,
    '-': lambda x, a: len(x - {Act(a.act, 2, 2)}) >= 0,
    '^': lambda x, a: len(x ^ {Act(a.act, 2, 2)}) >= 0,
    '&=': lambda x, a: len(x.__iand__({Act(a.act, 2, 2)})) >= 0,
    '-=': lambda x, a: len(x.__isub__({Act(a.act, 2, 2)})) >= 0,
    '^=': lambda x, a: len(x.__ixor__({Act(a.act, 2, 2)})) >= 0,
    '==': lambda x, a: x == {1, Act(a.act, 2, 2), 3, 4},
    '<=': lambda x, a: x <= {1, Act(a.act, 2, 2), 3, 4},
    'intersection': lambda x, a: len(x.intersection([Act(a.act, 2)])) >= 0,
    'difference_update': lambda x, a: x.difference_update([Act(a.act, 2)]),
    'isdisjoint': lambda x, a: x.isdisjoint([Act(a.act, 2)]) and None,
    'iterate': lambda x, a: [a.act() for _ in x],
    'repr': lambda x, a: len(repr(x)) > 0,
    'frozenset': lambda x, a: len(frozenset(x)) >= 0,
    'dying': lambda x, a: (x.add(Dies(a.act)), x.clear(), len(x) < 300),
}
for name, operation in SET.items():
    for change, do in SET_CHANGES.items():
        x = {1, 2, 3}
        a = Act(lambda: do(x), 2, 0)
        x.add(Act(lambda: a.act(), 4))
        a.times = 1
        show('set %s, %s' % (name, change), lambda: operation(x, a))
        len(x), list(x)
        del x, a

# ---- deques, bytearrays (where the reference does not write behind their end) ----
DEQUE_CHANGES = {
    'clear': lambda x: x.clear(),
    'grow': lambda x: x.extend(range(200)),
    'left': lambda x: x.extendleft(range(200)),
    'pop': lambda x: x and x.pop(),
    'rotate': lambda x: x.rotate(3),
}
DEQUE = {
    'remove': lambda x, a: x.remove(1000),
    'index': lambda x, a: x.index(1000),
    'count': lambda x, a: x.count(1000),
    'in': lambda x, a: 1000 in x,
    '==': lambda x, a: x == collections.deque([1, 2, 3, 4, 5]),
    '<': lambda x, a: x < collections.deque([1, 2, 3, 4, 5]),
    'repr': lambda x, a: len(repr(x)) > 0,
    'iterate': lambda x, a: [a.act() for _ in x],
    'reversed': lambda x, a: [a.act() for _ in reversed(x)],
    'extend': lambda x, a: x.extend(a),
    'extendleft': lambda x, a: x.extendleft(a),
    'insert': lambda x, a: x.insert(a, 5),
    'rotate': lambda x, a: x.rotate(a),
    'item': lambda x, a: x[a] and None,
    'set item': lambda x, a: x.__setitem__(a, 5),
    'del item': lambda x, a: x.__delitem__(a),
    'times': lambda x, a: len(x * a) >= 0,
    'copy': lambda x, a: len(x.copy()),
    'sorted': lambda x, a: len(sorted(x)) >= 0,
    'dying': lambda x, a: (x.append(Dies(a.act)), x.pop() and 0, len(x) < 500),
    'dying clear': lambda x, a: (x.extend([Dies(a.act) for _ in range(3)]), x.clear(), len(x) < 500),
    'pickle': lambda x, a: len(pickle.dumps(x)) > 0,
}
for name, operation in DEQUE.items():
    for change, do in DEQUE_CHANGES.items():
        x = collections.deque([1, 2, 3])
        a = Act(lambda: do(x), 2)
        x.append(a)
        show('deque %s, %s' % (name, change), lambda: operation(x, a))
        len(x), list(x)
        del x, a

BYTES_CHANGES = {
    'clear': lambda x: x.__delitem__(slice(None)),
    'grow': lambda x: x.extend(bytes(1000)),
    'pop': lambda x: len(x) and x.pop(),
}
BYTES = {
    'item': lambda x, a: x[a],
    'insert': lambda x, a: x.insert(a, 65),
    'insert value': lambda x, a: x.insert(1, a),
    'append': lambda x, a: x.append(a),
    'remove': lambda x, a: x.remove(a),
    'pop': lambda x, a: x.pop(a),
    # the reference looks into the memory that it had before: what it finds there is chance
    'in': lambda x, a: (a in x, None)[1],
    'find': lambda x, a: (x.find(a), None)[1],
    'count': lambda x, a: (x.count(a), None)[1],
    'extend': lambda x, a: x.extend([1, a, 3]),
    'times': lambda x, a: len(x * a) >= 0,
    'ljust': lambda x, a: len(x.ljust(a)) >= 0,
    'hex': lambda x, a: len(x.hex(':', a)) >= 0,
    'join': lambda x, a: len(x.join([b'a', (a.act(), b'b')[1]])) > 0,
    'split': lambda x, a: len(x.split(b'c', a)) > 0,
    'exported': lambda x, a: (memoryview(x), a.act()) and None,
    'format': lambda x, a: len(b'%d %s' % (a, bytes(x))) >= 0,
}
for name, operation in BYTES.items():
    for kind in (bytearray,):
        for change, do in BYTES_CHANGES.items():
            x = kind(b'abcdefgh')
            a = Act(lambda: do(x), 2)
            show('%s %s, %s' % (type(x).__name__, name, change), lambda: operation(x, a))
            len(x), bytes(x)
            del x, a

# ---- weak references whose callbacks change what holds them ----
for change, do in list(CHANGES.items()):
    x = []
    class Node:
        pass
    nodes = [Node() for _ in range(4)]
    x += [weakref.ref(n, lambda r: do(x)) for n in nodes]
    show('weakref callback, ' + change, lambda: nodes.clear() or len(x) < 1000)
d = weakref.WeakValueDictionary()
nodes = [Node() for _ in range(5)]
for i, n in enumerate(nodes):
    d[i] = n
show('WeakValueDictionary', lambda: [nodes.clear() for _ in d.items()] and len(d))
s = weakref.WeakSet(nodes := [Node() for _ in range(5)])
show('WeakSet', lambda: [nodes.clear() for _ in s] and len(s))
nodes = [Node() for _ in range(5)]
k = weakref.WeakKeyDictionary({n: 1 for n in nodes})
del n
show('WeakKeyDictionary', lambda: [nodes.clear() for _ in k] and len(k))

# ---- generators, iterators and files that come back to themselves ----
def again():
    yield next(g)
g = again()
show('generator in itself', lambda: next(g))
it = iter([1, 2, 3])
show('iterator in itself', lambda: [next(it, 0) + i for i in it])
z = zip(*[iter(range(10))] * 3)
show('zip of one iterator', lambda: list(z))
t = itertools.tee(iter([1, 2, 3]))[0]
show('tee', lambda: [next(t, 0) for _ in t])


class Iter:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return next(chained, self.n)


chained = itertools.chain(Iter(), Iter())
show('chain in itself', lambda: list(chained))
grouped = itertools.groupby([1, 1, 2], lambda x: next(grouped, 0) and x)
show('groupby in itself', lambda: len(list(grouped)) >= 0)


# ---- huge numbers ----
HUGE = (2 ** 31, 2 ** 63 - 1, 2 ** 63, 2 ** 64, 2 ** 100, -2 ** 31, -2 ** 63, -2 ** 63 - 1, -2 ** 100)
SEQUENCES = (list(range(5)), (1, 2, 3), 'abc', b'abc', bytearray(b'abc'), range(5), memoryview(b'abc'),
             collections.deque([1, 2, 3]), array.array('i', [1, 2, 3]))
for s in SEQUENCES:
    for n in HUGE:
        name = '%s %d ' % (type(s).__name__, n)
        show(name + 'item', lambda: s[n])
        show(name + 'slices', lambda: [bytes(s[i]) if isinstance(s, memoryview) else s[i] for i in
                                       (slice(n, None), slice(None, n), slice(n, n, n), slice(None, None, n))])
        show(name + 'set', lambda: s.__setitem__(n, 1))
        show(name + 'del', lambda: s.__delitem__(n))
        for method, args in (('insert', (n, 1)), ('pop', (n,)), ('index', (9, n)), ('index', (9, 0, n)), ('find', ('x', n)),
                             ('count', ('x', n, n)), ('rotate', (n,)), ('startswith', ('x', n, n)), ('rfind', (b'x', 0, n))):
            if hasattr(s, method):
                c = s[:] if isinstance(s, (list, bytearray, array.array)) else s.copy() if hasattr(s, 'copy') else s
                show(name + method, lambda: getattr(c, method)(*args))
        if n > 2 ** 60:
            show(name + 'times', lambda: s * n)
        if n < 0:
            show(name + 'times', lambda: s * n)
for n in HUGE:
    if not 0 < n <= 2 ** 31:
        for f in ('x'.ljust, 'x'.center, 'x'.zfill, 'x'.expandtabs, b'x'.ljust, b'x'.zfill, bytes, bytearray, range(n).__len__,
                  'a,b'.split, 'abc'.replace, (5).to_bytes, (5).__lshift__, (5).__rshift__, chr,
                  io.StringIO('abc').read, io.BytesIO(b'abc').read, io.StringIO().truncate, io.BytesIO().seek, io.StringIO().seek):
            args = ('b', 'x', n) if f.__name__ == 'replace' else (',', n) if f.__name__ == 'split' else \
                (n, 'big') if f.__name__ == 'to_bytes' else () if f.__name__ == '__len__' else (n,)
            show('%s %d' % (f.__name__, n), lambda: f(*args))
