"""Floats in local variables: an integral by the trapezoid rule and a logistic map."""
N = 300000


def integral(n):
    width = 3.0 / n
    total = 0.0
    x = 0.0
    for _ in range(n):
        low = x * x * (3.0 - x) + 1.0
        x += width
        high = x * x * (3.0 - x) + 1.0
        total += (low + high) * 0.5 * width
    return total


def logistic(n):
    x = 0.3
    for _ in range(n):
        x = 3.7 * x * (1.0 - x)
        if x < 0.01:
            x += 0.5
    return x


def run(n):
    return round(integral(n) + logistic(n), 6)
