"""An interpreter written in Python: a stack machine with dispatch by dict and by match."""
N = 1500


def multiply(stack):
    stack.append(stack.pop() * stack.pop() % 65521)


def add(stack):
    stack.append(stack.pop() + stack.pop())


def duplicate(stack):
    stack.append(stack[-1])


TABLE = {'mul': multiply, 'add': add, 'dup': duplicate}
LOOP = [('push', 3), ('dup', None), ('add', None), ('dup', None), ('mul', None), ('push', 7),
        ('add', None), ('store', 'x'), ('load', 'x'), ('drop', None)]


def by_table(program, rounds):
    stack, names = [1], {}
    for _ in range(rounds):
        for name, argument in program:
            if name in TABLE:
                TABLE[name](stack)
            elif name == 'push':
                stack.append(argument)
            elif name == 'store':
                names[argument] = stack[-1]
            elif name == 'load':
                stack.append(names[argument])
            else:
                stack.pop()
        del stack[1:]
    return names['x']


def by_match(program, rounds):
    stack, names = [1], {}
    for _ in range(rounds):
        for step in program:
            match step:
                case ('push', number):
                    stack.append(number)
                case ('store', name):
                    names[name] = stack[-1]
                case ('load', name):
                    stack.append(names[name])
                case ('drop', _):
                    stack.pop()
                case ('dup', _):
                    duplicate(stack)
                case (('add' | 'mul') as op, None):
                    TABLE[op](stack)
        del stack[1:]
    return names['x']


def run(n):
    return by_table(LOOP, n * 2), by_match(LOOP, n)
