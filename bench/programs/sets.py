"""set: membership, algebra, building: primes and word games."""
N = 20000


def run(n):
    composite = set()
    primes = set()
    for i in range(2, n):
        if i not in composite:
            primes.add(i)
            composite.update(range(i * i, n, i))
    twins = {p for p in primes if p + 2 in primes}
    words = {f'{i % 50}{"abcde"[i % 5]}{i % 13}' for i in range(n)}
    letters = [frozenset(word) for word in words]
    common = sum(1 for a in letters[:80] for b in letters[:80] if a & b and not a <= b)
    both = primes & twins | {1} - composite ^ {2}
    left = set(range(n))
    for p in primes:
        left.discard(p)
    return len(primes), len(twins), len(words), common, len(both), len(left)
