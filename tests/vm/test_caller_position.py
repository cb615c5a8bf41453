"""Where the caller of a function stands, as the function sees it and as tracebacks say it."""
import functools, sys, traceback


def where(depth=1):
    f = sys._getframe(depth + 1)
    code = f.f_code
    pos = list(code.co_positions())[f.f_lasti // 2]
    return f.f_lasti, f.f_lineno, pos


class C:
    @property
    def p(self):
        return where()

    def __getattr__(self, n):
        return where()

    def __getitem__(self, k):
        return where()

    def __add__(self, o):
        return where()

    def __eq__(self, o):
        return where()

    def __contains__(self, o):
        print(where())
        return True

    def __iter__(self):
        print('iter', where())
        return self

    def __next__(self):
        print('next', where())
        raise StopIteration

    def __call__(self, *a):
        return where()

    def __len__(self):
        print('len', where())
        return 3

    def __bool__(self):
        print('bool', where())
        return True

    def __setattr__(self, n, v):
        print('set', where())

    def __setitem__(self, n, v):
        print('seti', where())

    def __delitem__(self, n):
        print('deli', where())

    def __delattr__(self, n):
        print('dela', where())

    def __enter__(self):
        print('enter', where())
        return self

    def __exit__(self, *a):
        print('exit', where())

    def m(self):
        return where()

    def __init__(self, *a):
        print('init', where())

    def __index__(self):
        print('ix', where())
        return 1

    def __neg__(self):
        return where()

    def __hash__(self):
        print('hash', where())
        return 1

    def __format__(self, s):
        print('fmt', where())
        return ''

    def __iadd__(self, o):
        print('iadd', where())
        return self

    def __await__(self):
        print('await', where())
        return iter([])


class G:
    def __getattribute__(self, n):
        return where()


class D:
    def __get__(self, o, t):
        return where()

    def __set__(self, o, v):
        print('dset', where())


class E:
    d = D()


class S:
    __slots__ = ('x',)


def run():
    for i in range(40):
        c = C()
        r = [
            (c.p),
            c.q,
            c[1],
            c + 1,
            c == 1,
            c(1, 2),
            c.m(),
            -c,
            G().zz,
            E().d,
            E.d,
            len(c),
            1 in c,
            [1, 2, 3][c],
            f'{c}',
            C(1, 2).p,
            not c,
            c and 1,
        ]
        if c:
            pass
        c.x = 1
        c[1] = 2
        del c[1]
        del c.x
        E().d = 3
        c += 1
        with c as d:
            d
        for x in c:
            pass
        {c: 1}
        {c}
        (*b,) = c
        if i in (0, 20, 39):
            print(r)


run()


async def co():
    for i in range(20):
        await C()


try:
    co().send(None)
except StopIteration:
    pass


# tracebacks
class X:
    @property
    def p(self):
        return 1 / self.z

    def __getattr__(self, n):
        raise KeyError(n)


def go(x, i):
    return (1, x.p if i < 30 else x.q)


for i in range(40):
    try:
        go(X(), i)
    except Exception as e:
        if i in (0, 1, 10, 25, 30, 39):
            traceback.print_exc(file=sys.stdout)
            print([(t.tb_lasti) for t in [e.__traceback__, e.__traceback__.tb_next, e.__traceback__.tb_next.tb_next]])


class Made:
    def __init__(self, *args):
        print('made', where())


class Owner:
    @property
    def attribute(self):
        print('attribute', where())

    @functools.cached_property
    def cached(self):
        print('cached', where())

    @classmethod
    def of_class(cls):
        print('class', where())

    @staticmethod
    def static():
        print('static', where())


def numbers():
    print('generator', where())
    yield 1
    print('generator', where())


def call_often(n):
    for _ in range(n):
        Made()
        Made(1, *(2,))
        Made(*(1, 2))
        Made(*(1,), **{})
        Owner().attribute
        Owner().cached
        Owner().of_class()
        Owner().static()
        for _ in numbers():
            pass
        list(numbers())
        sorted([1], key=lambda x: print(where()) or x)
        [*numbers()]
        (lambda *a, **k: print(where()))(1, *(1,), k=2)
        import_it = __import__('sys')
        getattr(Owner(), 'attribute')
        x, *y = numbers()

        class Local(Owner):
            print(where())

            @property
            def attribute(self):
                return super().attribute

        Local().attribute
        print([where() for _ in range(2)])


call_often(1)
call_often(3)


class Suspending:
    """What runs in the loop of its caller, if it were not a generator or coroutine."""

    @property
    def values(self):
        yield where()

    @property
    async def later(self):
        return 3

    def __eq__(self, other):
        yield where()

    def __add__(self, other):
        yield where()


class SuspendingInit:
    def __init__(self):
        yield


for _ in range(30):
    print(list(Suspending().values), list(Suspending() == 1), list(Suspending() + 1))
    Suspending().later.close()
    try:
        SuspendingInit()
    except TypeError as error:
        print(error)
