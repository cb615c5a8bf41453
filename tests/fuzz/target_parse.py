"""Tokenizer, parser, validation, symbol table, compiler: the first byte chooses mode and flags."""
import ast
import os
import textwrap

MODES = ('exec', 'exec', 'eval', 'single', 'func_type', 'exec', 'exec', 'exec')
WORDS = [w.encode('latin-1') for w in (
    '( ) [ ] { } """ \'\'\' f\'{ }\' f"{x!r:>{y}}" \\\n ; : , = := * ** -> @ . ... != <> ! $ ? ` \x80 \xff \0 '
    '0x 0o7 0b1 1_0 1__0 1e 1j 0777 1if').split(' ')] + [
    b'\n', b'\n ', b'\n\t', b'\r', b'\x0c', b'lambda ', b' if ', b' else ', b'match x:\n case ', b'case ',
    b'await ', b'async ', b'yield ', b'yield from ', b'global x\n', b'nonlocal x\n', b'del ', b'with (', b' as ',
    b'for x in ', b'import ', b'from . import *', b'try:\n', b'except* E:\n', b'finally:\n', b'return ', b'break\n',
    b'continue\n', b'class ', b'def f(a, /, b, *, c): ', b'print ', b'# type: int\n', b'# type: ignore\n',
    b'# coding: latin-1\n', b'# coding: utf-7\n', b'\xef\xbb\xbf', b'__debug__', b'None = ', b'\xc3\xa9', b'\\N{DIGIT ONE}',
    b'rb"', b'u"', b'f"""', b'(' * 90, b'[' * 190, b'not ' * 50, b'-' * 60, b'if x:\n' * 3]
SIZE = 2000


def statements(path):
    """The statements of a file that have fewer than 30 lines, each dedented."""
    with open(path, encoding='utf-8') as f:
        lines = f.read().splitlines(True)
    for node in ast.walk(ast.parse(''.join(lines))):
        if isinstance(node, ast.stmt) and 1 < node.end_lineno - node.lineno < 30:
            first = min([node.lineno] + [d.lineno for d in getattr(node, 'decorator_list', ())])
            yield textwrap.dedent(''.join(lines[first - 1:node.end_lineno]))
        elif isinstance(node, ast.expr) and node.end_col_offset - node.col_offset > 60:
            yield ast.unparse(node)


def seeds():
    folder = os.path.dirname(os.__file__)
    names = ['enum', 'dis', 'statistics', 'dataclasses', 'test/test_patma', 'test/test_fstring', 'test/test_grammar',
             'test/test_except_star', 'test/test_coroutines', 'test/test_named_expressions', 'test/test_syntax']
    data = [b'\x04(int, *str, **x) -> y.z', b'\x04() -> a[b]']
    for name in names:
        path = '%s/%s.py' % (folder, name)
        if os.path.exists(path):
            for i, text in enumerate(sorted(set(statements(path)))[::3]):
                mode = (0, 0, 3)[i % 3] if '\n' in text else 2
                data.append(bytes([mode | (i * 8 & 0xf8)]) + text.encode('utf-8') + b'\n' * (mode != 3))
    return data


def run(data):
    head, source = data[0] if data else 0, data[1:]
    mode = MODES[head & 7]
    flags = 0
    if head & 8:
        flags |= ast.PyCF_TYPE_COMMENTS
    if head & 16:
        flags |= 0x200              # PyCF_DONT_IMPLY_DEDENT
    if head & 32:
        flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    if head & 64:
        source = source.decode('latin-1')
    if mode == 'func_type':
        flags |= ast.PyCF_ONLY_AST
    tree = compile(source, '<fuzz>', mode, flags | ast.PyCF_ONLY_AST, True)
    if mode == 'func_type':
        return ast.dump(tree)
    code = compile(source, '<fuzz>', mode, flags, True)
    again = compile(tree, '<fuzz>', mode, flags, True, (head >> 7) * 2)
    assert again.co_filename == code.co_filename
    if mode != 'single':
        compile(ast.unparse(tree), '<fuzz>', mode, ast.PyCF_ONLY_AST, True)
    return code.co_code
