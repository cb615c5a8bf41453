"""Board games: stones, groups, liberties and captures on a 9 by 9 board."""
import random

N = 45
SIZE = 9


class Point:
    def __init__(self, position):
        self.position = position
        self.colour = 0
        self.neighbours = []


class Board:
    def __init__(self):
        self.points = [Point(i) for i in range(SIZE * SIZE)]
        for i, point in enumerate(self.points):
            row, column = divmod(i, SIZE)
            for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if 0 <= r < SIZE and 0 <= c < SIZE:
                    point.neighbours.append(self.points[r * SIZE + c])
        self.empty = set(range(SIZE * SIZE))
        self.captured = [0, 0, 0]

    def group(self, start):
        stones, liberties, todo = {start}, set(), [start]
        while todo:
            for neighbour in todo.pop().neighbours:
                if neighbour.colour == 0:
                    liberties.add(neighbour.position)
                elif neighbour.colour == start.colour and neighbour not in stones:
                    stones.add(neighbour)
                    todo.append(neighbour)
        return stones, liberties

    def play(self, position, colour):
        point = self.points[position]
        point.colour = colour
        self.empty.discard(position)
        for neighbour in point.neighbours:
            if neighbour.colour == 3 - colour:
                stones, liberties = self.group(neighbour)
                if not liberties:
                    self.remove(stones)
        stones, liberties = self.group(point)
        if not liberties:
            self.remove(stones)

    def remove(self, stones):
        for stone in stones:
            self.captured[stone.colour] += 1
            stone.colour = 0
            self.empty.add(stone.position)


def run(n):
    source = random.Random(3)
    total = 0
    for _ in range(n):
        board = Board()
        colour = 1
        for _ in range(90):
            if not board.empty:
                break
            board.play(source.choice(sorted(board.empty)), colour)
            colour = 3 - colour
        total += sum(board.captured)
    return total
