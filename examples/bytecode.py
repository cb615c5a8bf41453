"""What the compiler makes of a function."""
import dis


def add(a, b):
    return a + b


def loop(n):
    total = 0
    for i in range(n):
        total += i
    return total


for function in (add, loop):
    dis.dis(function)
    code = function.__code__
    print(code.co_consts, code.co_varnames, code.co_stacksize, code.co_flags)
    print(list(code.co_lines())[:3])
print(loop(10))
print(dis.code_info(loop).splitlines()[0])
print(eval(compile('1 + 2', '<text>', 'eval')))
