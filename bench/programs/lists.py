"""list: append, pop, index, slices, insertion, iteration."""
N = 40000


def run(n):
    data = []
    for i in range(n):
        data.append(i ^ 5)
    total = 0
    for i in range(len(data)):
        if data[i] > 100:
            total += data[i]
            data[i] = i & 7
    stack = []
    for item in data:
        if item < 4:
            stack.append(item)
        elif stack:
            total += stack.pop()
    matrix = [[i * j for j in range(60)] for i in range(60)]
    turned = [list(row) for row in zip(*matrix)]
    for i in range(60):
        row = matrix[i]
        for j in range(60):
            row[j] += turned[j][i]
    data[100:200] = data[300:350]
    data.reverse()
    data += [1, 2, 3] * 10
    for i in range(300):
        data.insert(i * 2, i)
    return total, sum(map(sum, matrix)), len(data), data.index(299), data.count(3), max(data)
