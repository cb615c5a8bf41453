"""What compile() says of a tree of nodes that nests too deep: the innermost node that was begun."""
import ast
L=dict(lineno=1,col_offset=0,end_lineno=1,end_col_offset=0)
one=ast.Constant(1,**L)
mk={'un':lambda x:ast.UnaryOp(ast.USub(),x,**L),'bin':lambda x:ast.BinOp(x,ast.Add(),one,**L),'list':lambda x:ast.List([x],ast.Load(),**L),
'call':lambda x:ast.Call(x,[],[],**L),'kw':lambda x:ast.Call(one,[],[ast.keyword('a',x,**L)],**L),'comp':lambda x:ast.ListComp(one,[ast.comprehension(one,x,[],0)],**L),
'lam':lambda x:ast.Lambda(ast.arguments([],[],None,[],[],None,[x]),one,**L),'tup':lambda x:ast.Tuple([x],ast.Load(),**L)}
import sys
for name,f in mk.items():
    for extra in range(0,4):
        sys.setrecursionlimit(1000+extra)
        t=one
        for i in range(1500): t=f(t)
        try: compile(ast.Expression(t),'f','eval'); print('ok')
        except Exception as e: print(name,extra,repr(e))
st={'if':lambda x:ast.If(one,[x],[],**L),'for':lambda x:ast.For(one,one,[x],[],**L),'fn':lambda x:ast.FunctionDef('a',ast.arguments([],[],None,[],[],None,[]),[x],[],**L),'try':lambda x:ast.Try([],[ast.ExceptHandler(None,None,[x],**L)],[],[],**L),'match':lambda x:ast.Match(one,[ast.match_case(ast.MatchAs(),None,[x])],**L),'with':lambda x:ast.With([ast.withitem(one)],[x],**L)}
for name,f in st.items():
    for extra in range(0,4):
        sys.setrecursionlimit(1000+extra)
        t=ast.Pass(**L)
        for i in range(1500): t=f(t)
        try: compile(ast.Module([t],[]),'f','exec'); print('ok')
        except Exception as e: print(name,extra,repr(e))
t=ast.MatchAs(**L)
for i in range(1500): t=ast.MatchSequence([t],**L)
try: compile(ast.Module([ast.Match(one,[ast.match_case(t,None,[ast.Pass(**L)])],**L)],[]),'f','exec'); print('ok')
except Exception as e: print('pat',repr(e))
