#!/usr/bin/env python3
"""Collect the instruction bodies of src/vm/ops/*.c into the dispatch loop.

Usage: gen_ops.py VMDIR OUTDIR

A body stands below a head at column 0 and is closed by a `}` at column 0:

    OP(BINARY_SUBSCR, (container, index -- result))
    {
        result = PyObject_GetItem(container, index);
        DROP(container);
        DROP(index);
        FAIL_IF(result == NULL);
    }

Heads:
    OP(NAME, (effect))        saves the instruction pointer first and looks at tracing afterwards
    QUICK_OP(NAME, (effect))  neither: must call SAVE() before anything that can run other code
Effects name stack items from the deepest up, `name[expression]` for a run of them.  An effect of
`()` leaves the stack to the body, which then works on `sp` itself.

In a body FAIL_IF means the inputs are already released, ERROR_IF that they still are on the
stack, DEOPT_IF (specialised instructions) that nothing has happened yet.  Writes OUTDIR/loop.inc.
"""
import os
import re
import sys

HEAD = re.compile(r'^(QUICK_OP|OP)\((\w+), \((.*)\)\)$')
ITEM = re.compile(r'^(\w+)(?:\[(.+)\])?$')
ROW = re.compile(r'^(OPCODE|SPECIALISED|PAIR|TRACING)\((\w+), (\d+)(?:, (.*))?\)$')


def read_table(path):
    """Return {name: (number, caches, family)} from opcode.def."""
    table = {}
    for line in open(path):
        match = ROW.match(line.strip())
        if not match:
            continue
        kind, name, number, rest = match.groups()
        fields = [f.strip() for f in (rest or '').split(',')]
        if kind == 'OPCODE':
            table[name] = (int(number), int(fields[0]), None)
        elif kind == 'SPECIALISED':
            table[name] = (int(number), table[fields[0]][1], fields[0])
        elif kind == 'PAIR':
            table[name] = (int(number), 0, None)
        elif kind == 'TRACING':
            table[name] = (int(number), 0, None)
    return table


def parse_items(text):
    items = []
    for part in text.split(','):
        part = part.strip()
        if part:
            match = ITEM.match(part)
            if not match:
                raise ValueError(f'bad stack item {part!r}')
            items.append(match.groups())
    return items


def depth(items):
    """The number of stack words as a C expression, constant where it can be."""
    fixed = sum(1 for _, size in items if size is None)
    runs = [f'({size})' for _, size in items if size is not None]
    return ' + '.join([str(fixed)] + runs)


def emit(out, op, table):
    kind, name, effect, body, path, line = op
    number, caches, family = table[name]
    by_hand = effect.strip() == ''
    inputs, outputs = [], []
    if not by_hand:
        before, _, after = effect.partition('--')
        inputs, outputs = parse_items(before), parse_items(after)
    consumed = depth(inputs)
    out.append(f'TARGET({name}):')
    out.append('{')
    out.append('#undef CONSUMED')
    out.append(f'#define CONSUMED ({consumed})')
    out.append('#undef MISSED')
    out.append(f'#define MISSED missed_{family or name}')
    out.append('#undef CACHES')
    out.append(f'#define CACHES {caches}')
    if kind == 'OP':
        out.append('    SAVE();')
    declared = set()
    for i, (item, size) in enumerate(inputs):
        below = depth(inputs[i:])
        if size is None:
            out.append(f'    PyObject *{item} = sp[-({below})];')
        else:
            out.append(f'    PyObject **{item} = sp - ({below});')
        declared.add(item)
    for item, size in outputs:
        if item not in declared:
            out.append(f'    PyObject *{item};')
    out.append(f'#line {line} "{path}"')
    out.extend(body)
    out.append(f'#line {len(out) + 2} "{GENERATED}"')
    if not by_hand:
        if depth(inputs) != depth(outputs):
            out.append(f'    sp += (int)(({depth(outputs)}) - ({consumed}));')
        for i, (item, size) in enumerate(outputs):
            if size is None and not (i < len(inputs) and inputs[i][0] == item
                                     and not any(s for _, s in inputs[:i + 1])):
                out.append(f'    sp[-({depth(outputs[i:])})] = {item};')
        out.append('    NEXT();' if kind == 'OP' else '    NEXT_QUICK();')
    out.append('}')


def collect(root):
    """Yield (kind, name, effect, body lines, file, first line) for every body."""
    folder = os.path.join(root, 'ops')
    for file in sorted(os.listdir(folder)):
        if not file.endswith('.c'):
            continue
        path = os.path.join(folder, file)
        lines = open(path).read().split('\n')
        i = 0
        while i < len(lines):
            match = HEAD.match(lines[i])
            if not match:
                if re.match(r'^(QUICK_)?OP\(', lines[i]):
                    raise SystemExit(f'{path}:{i + 1}: malformed head')
                i += 1
                continue
            start = i + 1
            end = start
            while lines[end] != '}':
                end += 1
            yield (*match.groups(), lines[start:end + 1], path, start + 1)
            i = end + 1


def main():
    global GENERATED
    root, outdir = sys.argv[1:3]
    GENERATED = os.path.join(outdir, 'loop.inc')
    table = read_table(os.path.join(root, 'opcode.def'))
    ops = list(collect(root))
    seen = {}
    for op in ops:
        name = op[1]
        if name not in table:
            raise SystemExit(f'{op[4]}:{op[5]}: {name} is not in opcode.def')
        if name in seen:
            raise SystemExit(f'{op[4]}:{op[5]}: {name} has a second body')
        seen[name] = op
    out = ['/* Generated by tools/gen_ops.py from src/vm/ops. */']
    for op in ops:
        emit(out, op, table)
    for family in sorted({table[name][2] for name in seen if f'{table[name][2]}_ADAPTIVE' in seen}):
        out.append(f'missed_{family}:')
        # A family without cache words has no counter: it stays general after its first miss.
        out.append(f'    COUNT_MISS({family}_ADAPTIVE);' if table[family][1]
                   else f'    _Py_SET_OPCODE(next[-1], {family});')
        out.append(f'    goto op_{family};')
    os.makedirs(outdir, exist_ok=True)
    # 255 addresses by opcode, then 256 that all lead to the tracing path.
    by_number = {table[name][0]: name for name in seen}
    labels = [f'    &&op_{by_number.get(i, "unknown")},' for i in range(255)]
    labels += ['    &&op_tracing,'] * 256
    write(os.path.join(outdir, 'loop.inc'), '\n'.join(out) + '\n')
    write(os.path.join(outdir, 'labels.inc'), '\n'.join(labels) + '\n')


def write(path, text):
    """Leave the file alone if nothing changed, so that make does not rebuild."""
    if os.path.exists(path) and open(path).read() == text:
        os.utime(path)
        return
    open(path, 'w').write(text)


if __name__ == '__main__':
    main()
