"""Views in set operations, on either side."""
d = {1: 'a', 2: 'b', 3: 'c'}
for other in ({2, 3, 4}, frozenset({1}), [3, 9], {1: 0}, d.keys(), {2: 0}.keys()):
    for operation in ('d.keys() & other', 'd.keys() | other', 'd.keys() - other', 'd.keys() ^ other',
                      'other & d.keys()', 'other | d.keys()', 'other - d.keys()', 'other ^ d.keys()'):
        try:
            print(operation, sorted(eval(operation)))
        except TypeError as error:
            print(operation, error)
print(d.keys().isdisjoint([5]), d.items() & {(1, 'a'), (2, 'x')}, d.keys() <= {1, 2, 3, 4})
