"""dict: counting, grouping, merging, iteration, deletion."""
N = 30000


def run(n):
    counts = {}
    for i in range(n):
        key = i * 7919 % 1009
        counts[key] = counts.get(key, 0) + 1
    groups = {}
    for i in range(n):
        groups.setdefault(i % 97, []).append(i)
    names = {f'name{i}': i for i in range(n // 4)}
    total = 0
    for name, value in names.items():
        if value % 3 and name in names:
            total += value
    inverse = {v: k for k, v in names.items()}
    merged = {**names, **{k: 0 for k in list(names)[::2]}}
    for i in range(0, len(inverse), 2):
        del inverse[i]
    for key in counts.keys():
        total += counts[key]
    pairs = {}
    for i in range(n // 2):
        pairs[i & 63, i % 17] = i
    return total, len(inverse), sum(merged.values()), len(pairs), len(groups)
