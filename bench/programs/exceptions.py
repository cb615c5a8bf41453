"""Exceptions: raised and caught near, far, with finally, chained, as control flow."""
N = 12000


class Missing(Exception):
    def __init__(self, name):
        super().__init__(name)
        self.name = name


def look(table, name):
    try:
        return table[name]
    except KeyError:
        raise Missing(name) from None


def deep(n):
    if n == 0:
        raise ValueError('bottom')
    try:
        return deep(n - 1)
    finally:
        n += 1


def number(text):
    try:
        return int(text)
    except (TypeError, ValueError):
        return -1


def run(n):
    table = {i: i for i in range(0, n, 2)}
    caught = 0
    for i in range(n):
        try:
            look(table, i)
        except Missing as e:
            caught += e.name
    for i in range(n // 20):
        try:
            deep(8)
        except ValueError:
            caught += 1
    for i in range(n):
        caught += number('x' if i & 1 else '1')
        try:
            [][i]
        except IndexError:
            pass
        try:
            caught.nothing
        except AttributeError:
            pass
    return caught
