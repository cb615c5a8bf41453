"""f-strings, % and format with numbers and text."""
N = 12000


def run(n):
    size = 0
    for i in range(n):
        x = i * 0.37
        name = 'item'
        size += len(f'{name}: {i} of {n} ({x:.2f}) {i:>8} {i:#x} {name!r:10}')
        size += len('%s: %d of %d (%.2f) %8d' % (name, i, n, x, i))
        size += len('{}: {:d} {:,} {:<10}|{:^10}|{x:e}'.format(name, i, i * 1000, name, name, x=x))
        size += len(f'{name}{i}') + len(f'{i}/{n}') + len(str(i)) + len(str(x)) + len(repr(name))
    return size
