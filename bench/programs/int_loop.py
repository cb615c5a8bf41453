"""Small ints in local variables: Collatz lengths, a sieve by counting, bit tricks."""
N = 9000


def collatz(limit):
    best = 0
    for start in range(1, limit):
        n, length = start, 0
        while n != 1:
            n = n >> 1 if n & 1 == 0 else 3 * n + 1
            length += 1
        if length > best:
            best = length
    return best


def bits(limit):
    total = 0
    for n in range(limit):
        while n:
            n &= n - 1
            total += 1
    return total


def gcds(limit):
    count = 0
    for a in range(1, limit):
        x, y = a, limit
        while y:
            x, y = y, x % y
        count += x == 1
    return count


def run(n):
    return collatz(n), bits(n * 4), gcds(n * 2)
