"""Names that exist nowhere but in the source, or in a tree whose strings are no shared objects, reach the code object whole."""
import ast
import gc


def unshared(text):
    return ''.join(list(text))


lines = []
for i in range(200):
    lines.append('import package%d.module%d.sub%d as name%d' % (i, i, i, i))
    lines.append('import other%d.part%d' % (i, i))
    lines.append('from . import thing%d as _%d' % (i, i))
code = compile('\n'.join(lines), 'f', 'exec')
filler = [str(i) * 3 for i in range(5000)]
print(len(code.co_names), sorted(code.co_names)[:12], hash(code.co_names) == hash(tuple(map(unshared, code.co_names))))
source = '''
import spam.ham.eggs as breakfast
class C:
    __hidden = 1
    import __own.__part as __both
    import __mine, __mine.__two
    from __from import __y, __z as __w
    def f(self, __a, *, __b=2):
        global __g
        __g = self.__hidden + __a + __b
        def inner():
            nonlocal __a
            __a += __g
            return __a, self.__other
        return inner
    def g(__x): return [__x for __x in __x if __x.__y]
'''
tree = ast.parse(source)
for node in ast.walk(tree):
    for field in 'id', 'name', 'attr', 'arg', 'asname', 'module':
        value = getattr(node, field, None)
        if isinstance(value, str):
            setattr(node, field, unshared(value))
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        node.names = [unshared(n) for n in node.names]
code = compile(tree, 'f', 'exec')
del tree, node
gc.collect()


def show(code, depth=0):
    print(' ' * depth, code.co_name, code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars)
    for const in code.co_consts:
        if hasattr(const, 'co_code'):
            show(const, depth + 1)


show(code)
show(compile(source, 'f', 'exec'))
