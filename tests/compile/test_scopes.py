"""Where names live: blocks made at random, their symbol tables and the variables of their code."""
import random
import symtable

NAMES = ['a', 'b', 'c', '__x', '__y__', '__class__', 'super']
chance = random.Random(11)


def expression(depth):
    kind = chance.randrange(12)
    name = chance.choice(NAMES)
    if depth > 2 or kind < 5:
        return name
    inner = expression(depth + 1)
    return [f'(lambda {name}: {inner})', f'(lambda {name}={inner}: {expression(depth + 1)})',
            f'[{inner} for {name} in {expression(depth + 1)}]',
            f'({inner} for {name} in {expression(depth + 1)} if {expression(depth + 1)})',
            f'({name} := {inner})', f'{{{name}: {inner} for {name} in ()}}', f'{inner}.{name}'][kind - 5]


def block(depth, indent):
    lines = []
    for _ in range(chance.randint(1, 4)):
        name, kind = chance.choice(NAMES), chance.randrange(14)
        if kind < 2 and depth < 5:
            lines += [f'def {name}({chance.choice(["", "a", "*b", "c=" + expression(1), "__x, /"])}):']
            lines += block(depth + 1, '    ')
        elif kind == 2 and depth < 5:
            lines += [f'class {chance.choice(["A", "_B", "__", "a"])}:'] + block(depth + 1, '    ')
        elif kind == 3:
            lines.append(f'global {name}')
        elif kind in (4, 5):
            lines.append(f'nonlocal {name}')
        elif kind == 6:
            lines.append(f'import {chance.choice(["a", "a.b", "c.d as a", "b, c"])}')
        elif kind == 7:
            lines.append(f'{name}: {expression(1)}{chance.choice(["", " = 1"])}')
        elif kind == 8:
            lines += [f'for {name} in {expression(1)}: pass']
        elif kind == 9:
            lines += ['try: pass', f'except {expression(1)} as {name}: del {name}']
        elif kind == 10:
            lines.append(f'{name} += {expression(1)}')
        elif kind == 11:
            lines.append(f'{name} = {expression(1)}')
        else:
            lines.append(expression(0))
    return [indent + line for line in lines]


def show_table(table, depth=0):
    symbols = {s.get_name(): s._Symbol__flags | s._Symbol__scope << 20 for s in table.get_symbols()}
    print(' ' * depth, table.get_type(), table.get_name(), table.get_lineno(), table.is_nested(),
          sorted(symbols.items()))
    if table.get_type() == 'function':
        print(' ' * depth, table.get_parameters(), sorted(table.get_frees()))
    for child in table.get_children():
        show_table(child, depth + 1)


def show_code(code, depth=0):
    print(' ' * depth, code.co_qualname, code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars,
          code.co_flags, code.co_stacksize, hash(code.co_code + code.co_linetable), code.co_exceptiontable)
    for constant in code.co_consts:
        if hasattr(constant, 'co_code'):
            show_code(constant, depth + 1)
        else:
            print(' ' * depth, repr(constant))


good = 0
for number in range(6000):
    source = '\n'.join(block(0, '')) + '\n'
    try:
        table = symtable.symtable(source, 's', 'exec')
        code = compile(source, 's', 'exec')
    except SyntaxError as e:
        print(number, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset)
        continue
    good += 1
    print(number)
    show_table(table)
    show_code(code)
print(good)

# Equal tables and constants are one object; those that are only equal by value are not.
code = compile('''
def f(x, y): return ('x', 'y'), b'ab', 1.0, -0.0, (1, True), 'two words', {1} in x
def g(x, y): return ('x', 'y'), b'ab', 1, 0.0, (1, 1), 'two words', {1} in x
k = ('x', 'y'), b'ab', True, (1.0, 1), 'two words'
''', 's', 'exec')
functions = [c for c in code.co_consts if hasattr(c, 'co_code')]
groups = [list(c.co_consts) + [c.co_consts, c.co_names, c.co_varnames, c.co_exceptiontable] for c in functions + [code]]
for a in groups:
    print([[i for i, y in enumerate(b) if x is y] for b in groups for x in a])
