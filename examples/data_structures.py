"""Lists, tuples, arrays and sets beside each other: memory, and which form of a loop does less."""
import array
import dis
import sys
import time

N = 10_000
numbers = list(range(N))
for kind, value in (('list', numbers), ('tuple', tuple(numbers)), ('array', array.array('i', numbers)), ('set', set(numbers)),
                    ('dict', dict.fromkeys(numbers)), ('generator', (i for i in numbers)), ('range', range(N))):
    print('%-10s %7d bytes' % (kind, sys.getsizeof(value)))


def seconds(f):
    best = 1e9
    for _ in range(5):
        start = time.thread_time()
        f()
        best = min(best, time.thread_time() - start)
    return best


def append():
    out = []
    for i in numbers:
        out.append(i)


def extend():
    [].extend(numbers)


def inlined():
    total = 0
    for i in numbers:
        total += i


def add(a, b):
    return a + b


def called():
    total = 0
    for i in numbers:
        total = add(total, i)


table = {i: i for i in numbers}
members = set(numbers)
print('extend beats append:', seconds(extend) < seconds(append))
print('a call costs:', seconds(inlined) < seconds(called))
print('a set finds what a list searches:', seconds(lambda: [N in members for _ in range(50)]) <
      seconds(lambda: [N in numbers for _ in range(50)]))
print('join beats +=:', seconds(lambda: ''.join(['w'] * N)) < seconds(lambda: [s := ''] + [s := s + 'w' for _ in numbers]))

# A subscript of a dict is one instruction, get() is a call.
subscript = [i.opname for i in dis.get_instructions('table[1]')]
get = [i.opname for i in dis.get_instructions('table.get(1)')]
print(subscript, get, sep='\n')
print(table[1], table.get(1), table.get(N), table.get(N, 'default'))

# A comprehension builds its list in one loop of instructions; map and sum leave the loop to C.
comprehension = compile('[x * 2 for x in data]', 'example', 'eval').co_consts[0]
print([i.opname for i in dis.get_instructions(comprehension)])
print([i.opname for i in dis.get_instructions('sum(map(double, data))')])
print(sum([x * 2 for x in range(5)]), sum(map(lambda x: x * 2, range(5))))
