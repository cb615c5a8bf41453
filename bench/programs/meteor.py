"""Exact cover with bit masks: pentominoes in a rectangle."""
N = 9
PIECES = ['FIL', ((0, 0), (0, 1), (0, 2), (0, 3), (0, 4)), ((0, 0), (0, 1), (0, 2), (0, 3), (1, 0)),
          ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1)), ((0, 0), (0, 1), (0, 2), (1, 1), (2, 1)),
          ((0, 0), (0, 2), (1, 0), (1, 1), (1, 2)), ((0, 0), (1, 0), (2, 0), (2, 1), (2, 2)),
          ((0, 0), (1, 0), (1, 1), (2, 1), (2, 2)), ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1)),
          ((0, 1), (1, 0), (1, 1), (1, 2), (1, 3))][1:]


def orientations(piece):
    found = set()
    for flip in (False, True):
        cells = [(c, r) for r, c in piece] if flip else list(piece)
        for _ in range(4):
            cells = [(c, -r) for r, c in cells]
            top = min(r for r, _ in cells)
            left = min(c for _, c in cells)
            found.add(tuple(sorted((r - top, c - left) for r, c in cells)))
    return found


def placements(height, width):
    table = [[[] for _ in PIECES] for _ in range(height * width)]
    for number, piece in enumerate(PIECES):
        for shape in orientations(piece):
            for top in range(height):
                for left in range(width):
                    cells = [(top + r, left + c) for r, c in shape]
                    if all(r < height and c < width for r, c in cells):
                        mask = sum(1 << (r * width + c) for r, c in cells)
                        first = (mask & -mask).bit_length() - 1
                        table[first][number].append(mask)
    return table


def search(table, filled, left, full, budget):
    budget[0] -= 1
    if filled == full:
        return 1
    if budget[0] < 0:
        return 0
    free = ~filled & full
    first = (free & -free).bit_length() - 1
    row = table[first]
    return sum(search(table, filled | mask, left & ~(1 << number), full, budget)
               for number in range(len(PIECES)) if left >> number & 1
               for mask in row[number] if not mask & filled)


def run(n):
    table = placements(5, n)
    budget = [16000]
    return search(table, 0, (1 << len(PIECES)) - 1, (1 << 5 * n) - 1, budget), budget[0] < 0
