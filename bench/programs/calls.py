"""Functions with every kind of argument."""
N = 14000


def none():
    return 1


def three(a, b, c):
    return a + b + c


def defaults(a, b=2, c=3):
    return a + b + c


def keywords(a, *, b=2, c=3):
    return a + b + c


def star(*args):
    return len(args)


def double_star(**kwargs):
    return len(kwargs)


def everything(a, b=1, *args, c=2, **kwargs):
    return a + b + c + len(args) + len(kwargs)


def forward(*args, **kwargs):
    return everything(*args, **kwargs)


def closure(n):
    def inner(x):
        return x + n
    return inner


def recurse(n):
    return 1 if n < 2 else recurse(n - 1) + recurse(n - 2)


def run(n):
    add = closure(1)
    square = lambda x: x * x
    items = (1, 2, 3)
    names = {'b': 1, 'c': 2}
    total = 0
    for i in range(n):
        total += none() + three(i, 1, 2) + three(a=i, b=1, c=2) + defaults(i) + defaults(i, c=5)
        total += keywords(i, b=1) + star(1, 2) + star(*items) + double_star(x=1, y=2)
        total += everything(1, 2, 3, d=4) + forward(1, b=2) + keywords(i, **names)
        total += add(i) + square(i) + max(i, 3) + len(items) + abs(-i) + isinstance(i, int)
    return total + recurse(20)
