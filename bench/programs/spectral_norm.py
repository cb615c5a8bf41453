"""Generator sums and float division: the largest singular value of an infinite matrix."""
N = 90


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    return [sum(entry(i, j) * x for j, x in enumerate(vector)) for i in range(len(vector))]


def transposed(vector):
    return [sum(entry(j, i) * x for j, x in enumerate(vector)) for i in range(len(vector))]


def run(n):
    u = [1.0] * n
    for _ in range(4):
        v = transposed(times(u))
        u = transposed(times(v))
    vv = sum(x * x for x in v)
    uv = sum(a * b for a, b in zip(u, v))
    return round((uv / vv) ** 0.5, 9)
