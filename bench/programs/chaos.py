"""Random points through affine maps, counted in a grid."""
import random

N = 60000


class Map:
    def __init__(self, a, b, c, d, e, f):
        self.coefficients = (a, b, c, d, e, f)

    def __call__(self, point):
        a, b, c, d, e, f = self.coefficients
        x, y = point
        return a * x + b * y + e, c * x + d * y + f


def run(n):
    source = random.Random(7)
    maps = [Map(0.0, 0.0, 0.0, 0.16, 0.0, 0.0), Map(0.85, 0.04, -0.04, 0.85, 0.0, 1.6),
            Map(0.2, -0.26, 0.23, 0.22, 0.0, 1.6), Map(-0.15, 0.28, 0.26, 0.24, 0.0, 0.44)]
    grid = [[0] * 64 for _ in range(64)]
    point = (0.0, 0.0)
    for _ in range(n):
        choice = source.random()
        index = 0 if choice < 0.01 else 1 if choice < 0.86 else 2 if choice < 0.93 else 3
        point = maps[index](point)
        x, y = point
        grid[int(y * 6) & 63][int(x * 10) & 63] += 1
    return max(max(row) for row in grid)
