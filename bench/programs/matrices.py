"""Nested lists of floats: products, elimination, a convolution."""
N = 40


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def plain_product(a, b, n):
    out = [[0.0] * n for _ in range(n)]
    for i in range(n):
        row, target = a[i], out[i]
        for k in range(n):
            factor, other = row[k], b[k]
            for j in range(n):
                target[j] += factor * other[j]
    return out


def determinant(m):
    m = [row[:] for row in m]
    value = 1.0
    for i in range(len(m)):
        pivot = max(range(i, len(m)), key=lambda r: abs(m[r][i]))
        if pivot != i:
            m[i], m[pivot] = m[pivot], m[i]
            value = -value
        value *= m[i][i]
        for r in range(i + 1, len(m)):
            factor = m[r][i] / m[i][i]
            for c in range(i, len(m)):
                m[r][c] -= factor * m[i][c]
    return value


def blur(m, n):
    return [[(m[r - 1][c] + m[r + 1][c] + m[r][c - 1] + m[r][c + 1]) / 4.0
             for c in range(1, n - 1)] for r in range(1, n - 1)]


def run(n):
    a = [[((i * 7 + j * 3) % 11) / 4.0 + (i == j) for j in range(n)] for i in range(n)]
    b = product(a, a)
    c = plain_product(a, b, n)
    return round(determinant(a), 3), round(c[1][2], 6), round(sum(map(sum, blur(c, n))), 3)
