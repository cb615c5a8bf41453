"""Search with constraints: number tiles on a hexagon so that each counts its neighbours."""
N = 3


class Grid:
    def __init__(self, size):
        self.cells = [(q, r) for q in range(-size + 1, size) for r in range(-size + 1, size)
                      if abs(q + r) < size]
        self.index = {cell: i for i, cell in enumerate(self.cells)}
        self.neighbours = []
        for q, r in self.cells:
            near = [(q + 1, r), (q - 1, r), (q, r + 1), (q, r - 1), (q + 1, r - 1), (q - 1, r + 1)]
            self.neighbours.append([self.index[c] for c in near if c in self.index])


class Solver:
    def __init__(self, grid, counts):
        self.grid, self.counts = grid, dict(counts)
        self.state = [None] * len(grid.cells)
        self.nodes = 0

    def fits(self, position):
        for cell in [position, *self.grid.neighbours[position]]:
            wanted = self.state[cell]
            if wanted is None or wanted < 0:
                continue
            full = unknown = 0
            for near in self.grid.neighbours[cell]:
                value = self.state[near]
                if value is None:
                    unknown += 1
                elif value >= 0:
                    full += 1
            if full > wanted or full + unknown < wanted:
                return False
        return True

    def solve(self, position):
        self.nodes += 1
        if position == len(self.state):
            return True
        for tile in sorted(self.counts):
            if self.counts[tile]:
                self.counts[tile] -= 1
                self.state[position] = tile
                if self.fits(position) and self.solve(position + 1):
                    return True
                self.counts[tile] += 1
                self.state[position] = None
        return False


def run(n):
    grid = Grid(3)
    nodes = 0
    for seed in range(n):
        filled = {i for i in range(len(grid.cells)) if (i * 7 + seed * 5) % 11 < 5}
        counts = {-1: 0}
        for i in range(len(grid.cells)):
            tile = sum(c in filled for c in grid.neighbours[i]) if i in filled else -1
            counts[tile] = counts.get(tile, 0) + 1
        solver = Solver(grid, counts)
        solver.solve(0)
        nodes += solver.nodes
    return nodes
