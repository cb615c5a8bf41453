"""Training: ints, floats, lists, tuples, big ints, formatting."""
import math

N = 60


def primes(limit):
    flags = bytearray([1]) * limit
    for i in range(2, int(limit ** 0.5) + 1):
        if flags[i]:
            flags[i * i::i] = bytes(len(range(i * i, limit, i)))
    return [i for i in range(2, limit) if flags[i]]


def game_of_life(cells, width, height):
    grid = [[0] * width for _ in range(height)]
    for x, y in cells:
        grid[y][x] = 1
    for _ in range(6):
        new = []
        for y in range(height):
            row = []
            for x in range(width):
                near = 0
                for dy in (-1, 0, 1):
                    for dx in (-1, 0, 1):
                        if dx or dy:
                            near += grid[(y + dy) % height][(x + dx) % width]
                row.append(1 if near == 3 or (near == 2 and grid[y][x]) else 0)
            new.append(row)
        grid = new
    return sum(map(sum, grid))


def simpson(f, a, b, n):
    h = (b - a) / n
    total = f(a) + f(b)
    i = 1
    while i < n:
        total += (4 if i % 2 else 2) * f(a + i * h)
        i += 1
    return total * h / 3


def newton(x):
    guess = x
    while abs(guess * guess - x) > 1e-12 * x:
        guess = (guess + x / guess) / 2
    return guess


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def modular(n):
    a, b, c = 1 << 70, 3 ** 60, 10 ** 40 + 7
    for i in range(n):
        a = (a * b + i) % c
        b = (b ^ a) | 1 << i % 64
        a -= a // 3
    return a & 0xffff, str(b)[:6], pow(3, n, 1000007), math.gcd(a, b) > 0


def heap_sift(values):
    heap = list(values)
    n = len(heap)
    for start in range(n // 2 - 1, -1, -1):
        root = start
        while (child := 2 * root + 1) < n:
            if child + 1 < n and heap[child] < heap[child + 1]:
                child += 1
            if heap[root] >= heap[child]:
                break
            heap[root], heap[child] = heap[child], heap[root]
            root = child
    return heap[0]


def run(n):
    found = primes(n * 30)
    alive = game_of_life([(i * 7 % 20, i * 3 % 15) for i in range(80)], 20, 15)
    area = simpson(lambda x: x * x + math.sin(x), 0.0, 2.0, n * 4)
    roots = [newton(float(i)) for i in range(1, n)]
    distance = edit_distance('kitten sitting on a mat' * 2, 'sitting kitten at the mill' * 2)
    points = [(math.cos(t / 9), math.sin(t / 9), t) for t in range(n * 2)]
    far = max(points, key=lambda p: p[0] * p[1])
    z = sum((complex(x, y) ** 2 for x, y, _ in points), 0j)
    text = ['%5.2f|%-8d|%s' % (r, i, r) for i, r in enumerate(roots)]
    text += [f'{r:.3e} {i:08b} {i!s:>4}' for i, r in enumerate(roots)]
    numbers = [int(t.split()[1], 2) for t in text[len(roots):]]
    return (len(found), alive, round(area, 6), distance, far[2], round(abs(z), 6), sum(numbers),
            modular(n), heap_sift((i * 7919) % 1013 for i in range(n * 4)))
