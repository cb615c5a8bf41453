"""The tokenizer as module _tokenize shows it, and its warnings."""
import warnings
from _tokenize import TokenizerIter

for source in ['a = 1\n', "x = '''a\nb''' + \u00e9\n", 'if x:\n\ty\n', '(a\n b)', "'abc", '$ ? !', '1a',
               'async def f(): await x', '\\\nx', 'a\\', 'x\r\ny', '', '\n', 'if x:\n  y\n z', 'x = 1 \\\n + 2',
               "f'{a}'", '   x', '\tx\n        y', ')', '# c\na\n\n\nb', 'a<>b!=c->d:=e...f.g**=h//=i>>=j@k']:
    try:
        for token in TokenizerIter(source):
            print(token)
    except SyntaxError as e:
        print(e.args)
for arguments in (), (1,), ('a', 'b'):
    try:
        TokenizerIter(*arguments)
    except TypeError as e:
        print(e)
try:
    TokenizerIter('\0')
except ValueError as e:
    print(e)

for source in ['1if 1else 2', '0x1for x in y', '1jif x else y', '$1if x', "'\\d'", "b'\\d'", "f'\\d{x}'", "f'\\{x}'",
               "'\\400'", "match ('\\d')", "with ('\\d') as y: x", "'\\d' $", "f(f'\\d{1if x else y}')"]:
    for action in 'always', 'error':
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter(action)
            try:
                compile(source, '<test>', 'exec', 1024)
            except SyntaxError as e:
                print(e.args)
        print(repr(source), [(w.category.__name__, str(w.message), w.lineno, w.filename) for w in caught])
