"""Records: dataclasses, named tuples and enums in use."""
import collections
import dataclasses
import enum

N = 4000
Point = collections.namedtuple('Point', 'x y')


class Kind(enum.Enum):
    A = 1
    B = 2


class Flag(enum.IntFlag):
    R = 1
    W = 2


@dataclasses.dataclass
class Item:
    name: str
    size: int = 0
    kind: Kind = Kind.A


@dataclasses.dataclass(frozen=True, order=True)
class Key:
    a: int
    b: str


def run(n):
    items = [Item(f'n{i % 20}', i % 13, Kind.A if i % 2 else Kind.B) for i in range(n)]
    counts = collections.Counter(item.kind for item in items)
    table = {}
    for item in items:
        key = Key(item.size, item.name)
        table[key] = table.get(key, 0) + 1
    best = min(table)
    points = [Point(i, -i) for i in range(n)]
    total = sum(p.x + p.y + p[0] for p in points) + points[3]._replace(x=9).x
    total += sum(1 for item in items[:300] if item == items[0] and item.kind is Kind.B)
    total += sum(bool(Flag(i & 3) & Flag.R) for i in range(n // 10))
    return counts[Kind.A], best.b, total, len(table), len(repr(items[:50]))
