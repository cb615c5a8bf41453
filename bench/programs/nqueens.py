"""Generators and recursion: all placements of queens."""
N = 7


def place(n, columns=(), down=frozenset(), up=frozenset()):
    row = len(columns)
    if row == n:
        yield columns
        return
    for column in range(n):
        if column not in columns and row - column not in down and row + column not in up:
            yield from place(n, columns + (column,), down | {row - column}, up | {row + column})


def permuted(n):
    from itertools import permutations
    columns = range(n)
    return sum(1 for p in permutations(columns)
               if n == len({p[i] + i for i in columns}) == len({p[i] - i for i in columns}))


def run(n):
    return sum(1 for _ in place(n + 1)), permuted(n)
