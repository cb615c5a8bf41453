"""Training: dict, set, list, tuple, itertools, sorting, copying."""
import copy
import heapq
import itertools
import operator

N = 25


def shortest(graph, start):
    distance, queue = {start: 0}, [(0, start)]
    while queue:
        d, node = heapq.heappop(queue)
        if d > distance[node]:
            continue
        for other, weight in graph[node].items():
            new = d + weight
            if other not in distance or new < distance[other]:
                distance[other] = new
                heapq.heappush(queue, (new, other))
    return distance


def components(edges):
    leader = {}

    def find(x):
        while leader.setdefault(x, x) != x:
            leader[x] = leader[leader[x]]
            x = leader[x]
        return x

    for a, b in edges:
        leader[find(a)] = find(b)
    return len({find(x) for x in leader})


def knapsack(items, room):
    best = {0: 0}
    for weight, value in items:
        for used, total in list(best.items()):
            if used + weight <= room and best.get(used + weight, -1) < total + value:
                best[used + weight] = total + value
    return max(best.values())


def topological(deps):
    done, order = set(), []

    def visit(node, path=()):
        if node in path:
            raise ValueError('cycle')
        if node not in done:
            for dep in deps.get(node, ()):
                visit(dep, path + (node,))
            done.add(node)
            order.append(node)

    for node in deps:
        visit(node)
    return order


def run(n):
    result = 0
    for i in range(n):
        graph = {a: {(a * 7 + j) % 40: j + 1 for j in range(1, 4)} for a in range(40)}
        result += sum(shortest(graph, 0).values())
        result += components([(a, a * a % 31) for a in range(31)])
        result += knapsack([(w % 7 + 1, w * 3 % 11) for w in range(12)], 20)
        result += len(topological({a: [b for b in range(a) if a % (b + 2) == 0] for a in range(30)}))
        rows = [{'name': f'n{j % 5}', 'size': j * 3 % 17, 'tags': {j % 3, j % 4}} for j in range(40)]
        rows.sort(key=operator.itemgetter('name', 'size'))
        for key, group in itertools.groupby(rows, key=lambda r: r['name']):
            group = list(group)
            result += len(group) + sum(map(operator.itemgetter('size'), group))
        for a, b in zip(rows, rows[1:]):
            result += len(a['tags'] & b['tags']) - len(a['tags'] ^ b['tags'])
        for (j, row), extra in itertools.product(enumerate(rows[:5]), range(3)):
            result += j * extra + row['size']
        flat = list(itertools.chain.from_iterable(r['tags'] for r in rows))
        result += len(set(flat)) + flat.count(2) + flat.index(3)
        other = copy.deepcopy(rows[:6])
        result += other == rows[:6]
        cache = {}
        for a, b in itertools.combinations(range(12), 2):
            cache[a, b] = cache.get((b, a), a) + b
        result += sum(v for (a, b), v in cache.items() if a % 2)
        stack = []
        for j in range(60):
            if j % 3 == 2:
                result += stack.pop()
            else:
                stack.append(j)
        del stack[::2]
        stack[2:4] = [9, 9, 9]
        stack.insert(0, 5)
        a, *rest, b = stack
        result += a + b + len(rest) + min(rest) + max(rest, default=0)
        result += sum(x * y for x, y in zip(*[iter(range(40))] * 2))
        text = {k: v for k, v in sorted(vars(operator).items()) if not k.startswith('_')}
        result += len(text) + len(repr(rows[:3])) + hash((1, 2, 3)) % 7
    return result
