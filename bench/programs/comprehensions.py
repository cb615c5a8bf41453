"""Comprehensions and generator expressions over small records."""
N = 60


class Widget:
    def __init__(self, number, kind):
        self.number = number
        self.kind = kind

    def is_big(self):
        return self.number > 50


def run(n):
    widgets = [Widget(i * 37 % 101, 'abc'[i % 3]) for i in range(300)]
    total = 0
    for _ in range(n):
        big = [w for w in widgets if w.is_big()]
        kinds = {w.kind for w in big}
        by_kind = {kind: [w.number for w in big if w.kind == kind] for kind in kinds}
        total += sum(sum(numbers) for numbers in by_kind.values())
        total += sum(w.number * 2 for w in widgets if w.kind != 'a')
        total += len([(a, b) for a in range(20) for b in range(20) if a < b])
        total += any(w.number > 1000 for w in widgets) + all(w.number >= 0 for w in widgets)
        total += max(w.number for w in widgets)
    return total
