"""Where the marker below the text of a SyntaxError stands."""
import sys
def t(*a):
    print(a,file=sys.stderr)
    try: raise SyntaxError("msg",a)
    except SyntaxError as e:
        e.__traceback__=None; sys.excepthook(SyntaxError,e,None)
t("f",1,1,"abc",2,1)
t("f",1,2,"abcdef\n",2,1)
t("f",1,2,"  abcdef\n",2,1)
t("f",1,2,"  abcdef\n",1,4)
t("f",1,4,"  abcdef\n",1,40)
t("f",1,4,"  abcdef\n",1,4)
t("f",1,4,"  abcdef\n",1,3)
t("f",1,9,"abc\ndef\nghi\n",1,10)
t("f",1,5,"abc\n  def\nghi\n",1,10)
t("f",1,50,"abc\n  def\nghi\n",1,60)
t("f",1,0,"abc\n",1,2)
t("f",1,-1,"abc\n",1,2)
t("f",1,2,"é€x\n",1,4)
t("f",1,2,"\tabc\n",1,4)
t("f",1,4,"a\tbc\n",1,5)
t("f",1,7,"abc",1,9)
t("f",1,7,"abc",1,0)
t("f",1,2,"",1,0)
t("f",None,2,"abc",1,0)
t("f",1,None,"abc",1,0)
t(None,1,None,"abc",1,0)
t("f",1,2,None,1,0)
t("f","a",2,"abc",1,0)
t(3,1,2,"abc",1,0)
import sys
for o in (-1,0,1,5,6,7,8):
  for eo in (None,0,3,9):
    try: raise SyntaxError("msg",("f.py",1,o,"text%d"%o,1,eo))
    except SyntaxError as e:
        e.__traceback__=None; sys.excepthook(SyntaxError,e,None)
for lo in (None,0,2): 
    try: raise SyntaxError("msg",("f.py",lo,3,"  abc\n def\n",5,2))
    except SyntaxError as e:
        e.__traceback__=None; sys.excepthook(SyntaxError,e,None)
