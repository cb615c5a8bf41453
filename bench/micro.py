"""Single operations.  Each function runs its operation n times, written out four times per turn of
the loop so that the loop itself weighs little; `empty_loop` shows that weight."""
import asyncio

N = 20000


def empty_loop(n):
    for _ in range(n // 4):
        pass


def int_add(n):
    a, b = 1000, 2000
    for _ in range(n // 4):
        a + b; a + b; a + b; a + b


def int_arithmetic(n):
    a = 7
    for i in range(n // 4):
        a = (i * 3 + a) % 1009 - (i >> 2) // 7
    return a


def float_arithmetic(n):
    x, y = 1.5, 0.25
    for _ in range(n // 4):
        x = x * y + 1.0
        z = (x - y) / 2.0
        x = z + x * 0.5
    return x


def compare_ints(n):
    a, b = 1000, 2000
    for _ in range(n // 4):
        if a < b: pass
        if a == b: pass
        if a >= b: pass
        a != b


def function_call(n):
    def f(a, b):
        return a
    for _ in range(n // 4):
        f(1, 2); f(1, 2); f(1, 2); f(1, 2)


def function_defaults(n):
    def f(a, b=2, c=3):
        return a
    for _ in range(n // 4):
        f(1); f(1, 2); f(1); f(1, 2)


def keyword_call(n):
    def f(a, b=2, c=3):
        return a
    for _ in range(n // 4):
        f(a=1, b=2); f(1, c=2); f(1, b=2, c=3); f(1, c=3)


def keyword_only_call(n):
    def f(a, *, b=2, c=3):
        return a
    for _ in range(n // 4):
        f(1); f(1, c=2); f(1, b=2, c=3); f(1)


def star_call(n):
    def f(*args, **kwargs):
        return args
    items, names = (1, 2), {'a': 1}
    for _ in range(n // 4):
        f(1, 2); f(*items); f(a=1); f(*items, **names)


class Plain:
    shared = 1

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def method(self, x):
        return x

    @property
    def prop(self):
        return self.a

    @staticmethod
    def static(x):
        return x

    @classmethod
    def of_class(cls, x):
        return x

    def __eq__(self, other):
        return self.a == other.a

    def __getitem__(self, i):
        return i

    def __add__(self, other):
        return self

    def __len__(self):
        return 3


class Child(Plain):
    def method(self, x):
        return super().method(x)


class Slots:
    __slots__ = ('a', 'b')

    def __init__(self, a, b):
        self.a = a
        self.b = b


class Bare:
    pass


def method_call(n):
    o = Plain(1, 2)
    for _ in range(n // 4):
        o.method(1); o.method(1); o.method(1); o.method(1)


def bound_method_call(n):
    f = Plain(1, 2).method
    for _ in range(n // 4):
        f(1); f(1); f(1); f(1)


def static_and_class_method(n):
    o = Plain(1, 2)
    for _ in range(n // 4):
        o.static(1); o.of_class(1); Plain.static(1); Plain.of_class(1)


def super_call(n):
    o = Child(1, 2)
    for _ in range(n // 4):
        o.method(1); o.method(1); o.method(1); o.method(1)


def builtin_call(n):
    items, s = [1, 2], 'abc'
    for _ in range(n // 4):
        len(items); isinstance(s, str); abs(-5); max(1, 2)


def builtin_method_call(n):
    d, s, l = {1: 2}, 'abc', [1]
    for _ in range(n // 4):
        d.get(1); s.startswith('a'); l.count(1); s.upper()


def special_methods(n):
    a, b = Plain(1, 2), Plain(1, 3)
    for _ in range(n // 4):
        a == b; a[1]; a + b; len(a)


def create_plain(n):
    for _ in range(n // 4):
        Plain(1, 2); Plain(1, 2); Plain(1, 2); Plain(1, 2)


def create_slots(n):
    for _ in range(n // 4):
        Slots(1, 2); Slots(1, 2); Slots(1, 2); Slots(1, 2)


def create_bare(n):
    for _ in range(n // 4):
        Bare(); Bare(); object(); Bare()


def attribute_read(n):
    o, s = Plain(1, 2), Slots(1, 2)
    for _ in range(n // 4):
        o.a; o.b; s.a; o.shared


def attribute_write(n):
    o, s = Plain(1, 2), Slots(1, 2)
    for _ in range(n // 4):
        o.a = 1; o.b = 2; s.a = 3; o.a = 4


def property_read(n):
    o = Plain(1, 2)
    for _ in range(n // 4):
        o.prop; o.prop; o.prop; o.prop


GLOBAL = 1


def global_read(n):
    for _ in range(n // 4):
        GLOBAL; len; GLOBAL; Plain


def closure_read(n):
    x = 1

    def inner():
        for _ in range(n // 4):
            x; x; x; x
    inner()


def item_read(n):
    l, t, d, s = [1, 2, 3], (1, 2, 3), {'a': 1, 5: 2}, 'abc'
    i = 1
    for _ in range(n // 4):
        l[i]; t[i]; d['a']; s[i]


def item_write(n):
    l, d = [1, 2, 3], {'a': 1, 5: 2}
    i = 1
    for _ in range(n // 4):
        l[i] = 1; d['a'] = 2; l[-1] = 3; d[5] = 4


def slice_read(n):
    l, s = list(range(10)), 'abcdefghij'
    for _ in range(n // 4):
        l[2:5]; s[2:5]; l[:3]; s[-3:]


def contains(n):
    d, s, l, t = {'a': 1}, {1, 2, 3}, [1, 2, 3], 'abcdef'
    for _ in range(n // 4):
        'a' in d; 3 in s; 2 in l; 'cd' in t


def unpack(n):
    t = (1, 2, 3)
    for _ in range(n // 4):
        a, b, c = t
        a, b = b, a
        a, *b = t
        (a, b), c = (1, 2), 3


def build_containers(n):
    for i in range(n // 4):
        [i, i]; (i, i); {'a': i}; {i, 1}


def raise_catch(n):
    for _ in range(n // 4):
        try:
            raise ValueError('x')
        except ValueError:
            pass
        try:
            raise ValueError
        except Exception:
            pass


def raise_far(n):
    def bottom():
        raise KeyError(1)

    def middle():
        bottom()

    for _ in range(n // 4):
        try:
            middle()
        except KeyError as e:
            e


def catch_builtin(n):
    d, l = {}, []
    for _ in range(n // 4):
        try:
            d['x']
        except KeyError:
            pass
        try:
            l[3]
        except IndexError:
            pass


def try_no_raise(n):
    for _ in range(n // 4):
        try:
            pass
        except ValueError:
            pass
        try:
            pass
        finally:
            pass


def with_statement(n):
    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, *args):
            return None
    m = Manager()
    for _ in range(n // 4):
        with m:
            pass
        with m as x:
            pass


def generator_resume(n):
    def g(n):
        i = 0
        while i < n:
            yield i
            i += 1
    for _ in g(n):
        pass


def generator_make(n):
    def g():
        yield 1
    for _ in range(n // 4):
        for _ in g():
            pass


def yield_from(n):
    def g(n):
        for i in range(n):
            yield i

    def outer(n):
        yield from g(n)
    for _ in outer(n):
        pass


def send(n):
    def g():
        x = 0
        while True:
            x = yield x
    s = g()
    next(s)
    for i in range(n):
        s.send(i)


def await_coroutine(n):
    async def leaf():
        return 1

    async def outer(n):
        for _ in range(n):
            await leaf()
    try:
        outer(n).send(None)
    except StopIteration:
        pass


def task_switch(n):
    async def spin(n):
        for _ in range(n):
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(spin(n // 8), spin(n // 8))
    asyncio.run(main())


def iterate(n):
    l, d = list(range(20)), dict.fromkeys(range(20))
    for _ in range(n // 80):
        for x in l: pass
        for x in d: pass
        for k, v in d.items(): pass
        for i, x in enumerate(l): pass


def iterate_zip(n):
    l, t = list(range(20)), tuple(range(20))
    for _ in range(n // 80):
        for a, b in zip(l, t): pass
        for a in map(abs, l): pass
        for a in reversed(l): pass
        for a in 'abcdefghijklmnopqrst': pass


def list_comprehension(n):
    for _ in range(n // 40):
        [i for i in range(40)]


def list_append(n):
    l = []
    for i in range(n):
        l.append(i)


def f_string(n):
    a, b = 12, 'name'
    for _ in range(n // 4):
        f'{a}'; f'{b}: {a}'; f'{a:>5}'; f'{b!r}'


def percent_format(n):
    a, b = 12, 'name'
    for _ in range(n // 4):
        '%d' % a; '%s: %d' % (b, a); '%5d' % a; '%r' % b


def format_method(n):
    a, b = 12, 'name'
    for _ in range(n // 4):
        '{}'.format(a); '{}: {}'.format(b, a); '{:>5}'.format(a); '{!r}'.format(b)


def float_format(n):
    x = 3.14159
    for _ in range(n // 4):
        f'{x:.2f}'; str(x); '%.3f' % x; repr(x)


def str_concat(n):
    a, b = 'abc', 'def'
    for _ in range(n // 4):
        a + b; a + b; b + a; b + a


def str_append(n):
    s = ''
    for _ in range(n):
        s += 'x'


def str_methods(n):
    s = 'some words in a line'
    for _ in range(n // 4):
        s.split(); s.replace('o', '0'); s.find('line'); ' '.join(('a', 'b'))


def str_equal(n):
    a, b = 'some text', 'other one'
    for _ in range(n // 4):
        if a == b: pass
        if a != b: pass
        a == b
        a == 'some text'


def dict_update(n):
    for _ in range(n // 20):
        d = {}
        for i in range(20):
            d[i] = i


def dict_str_keys(n):
    names = ['alpha', 'beta', 'gamma', 'delta']
    d = {}
    for _ in range(n // 4):
        for name in names:
            d[name] = 1


def make_function(n):
    for _ in range(n // 4):
        def f():
            pass
        lambda x: x


def is_and_bool(n):
    a, b, c = None, [], 'x'
    for _ in range(n // 4):
        if a is None: pass
        if not b: pass
        if c: pass
        if a or c: pass


def big_int(n):
    a = 3 ** 200
    for _ in range(n // 20):
        b = a * a + a
        b // a
        b - a


def hash_and_dict_tuple(n):
    d = {(1, 2): 3}
    for _ in range(n // 4):
        d[1, 2]; d[1, 2]; d[1, 2]; d[1, 2]


def tuple_keys(n):
    d = {(i, 300): i for i in range(300)}
    a, b = 257, 300
    for _ in range(n // 4):
        d[a, b]; d[a, b] = a; (a, b) in d; (b, b) in d


def match_statement(n):
    for i in range(n // 4):
        match (i & 3, 'x'):
            case (0, str()): pass
            case (1, 'x'): pass
            case (a, b) if a > 2: pass
            case _: pass
