"""_datetime: constructors, arithmetic, text, pickled states, errors; a sweep of random values."""
import copy, os, pickle, random, re, sys, time as clock
from datetime import *
import datetime as D
os.environ['TZ'] = 'Europe/Berlin'
clock.tzset()
def show(x):
    return ascii(re.sub(' at 0x[0-9a-f]+', '', x))
def t(s):
    try: print(show(s), '->', show(repr(eval(s))))
    except BaseException as e: print(show(s), '!!', type(e).__name__, show(str(e)))
class N(date):
    def __new__(cls,*a,**k):
        print('  new', cls.__name__, re.sub(' at 0x[0-9a-f]+', '', repr(a)), k); return date.__new__(cls,*a,**k)
class NT(time):
    def __new__(cls,*a,**k):
        print('  new', cls.__name__, re.sub(' at 0x[0-9a-f]+', '', repr(a)), k); return time.__new__(cls,*a,**k)
class ND(datetime):
    def __new__(cls,*a,**k):
        print('  new', cls.__name__, re.sub(' at 0x[0-9a-f]+', '', repr(a)), k); return datetime.__new__(cls,*a,**k)
class NDelta(timedelta):
    def __new__(cls,*a,**k):
        print('  new', cls.__name__, re.sub(' at 0x[0-9a-f]+', '', repr(a)), k); return timedelta.__new__(cls,*a,**k)
class TZ(tzinfo):
    def utcoffset(self,dt): return timedelta(hours=1)
    def dst(self,dt): return timedelta(0)
    def tzname(self,dt): return 'X'
class TZbad(tzinfo):
    def utcoffset(self,dt): return 5
    def dst(self,dt): return timedelta(2)
    def tzname(self,dt): return 3
n=N(2020,1,2); nt=NT(1,2,3); nd=ND(2020,1,2,3,4,5,6); td=timedelta(1); ndl=NDelta(1,2,3); tz=TZ(); tzb=TZbad()
class S(tzinfo):
    def __getstate__(self): return 5
    def __getinitargs__(self): return [1, 2]
class S2(tzinfo):
    def __getinitargs__(self): return 7
class S3(tzinfo): __slots__ = ('q',)
s3 = S3(); s3.q = 4
class FN(datetime):
    def __new__(cls, *a, **k): return 5
class Fold(datetime):
    def __new__(cls, *a, **k):
        k['fold'] = 1
        return datetime.__new__(cls, *a, **k)
for s in r'''
date()
date(1)
date(1,2,3,4)
date(1,2,x=3)
date(2020,13,1)
date(0,1,1)
date(2020,2,30)
date(10**20,1,1)
date(2**31,1,1)
date('a',1,1)
date(1.5,1,1)
date(b'abc')
date(b'\x07\xe4\x01\x01')
date(b'\x07\xe4\x0d\x01')
date('\x07\xe4\x01\x01')
date('\u1234\xe4\x01\x01')
date('\u1234\xe4\x01')
date(b'\x00\x00\x01\x01')
date(b'\x07\xe4\x01\xff')
n.replace(day=5)
n.replace(day=50)
n.replace(5,x=3)
n+td
n-td
td+n
n-n
td-n
n+1
n-1
N.fromordinal(5)
N.fromordinal(0)
date.fromordinal(-1)
date.fromordinal(10**10)
date.fromordinal(3652060)
date.fromordinal('a')
date.fromordinal()
N.fromtimestamp(0)
N.fromisoformat('2020-01-01')
N.fromisoformat(5)
N.fromisoformat('x')
N.fromisocalendar(2020,1,1)
date.fromisocalendar(2020,0,1)
date.fromisocalendar(2020,53,8)
date.fromisocalendar(2020,54,1)
date.fromisocalendar(2021,53,1)
date.fromisocalendar(0,1,1)
date.fromisocalendar(10000,1,1)
date.fromisocalendar(9999,53,1)
date.fromisocalendar(9999,52,7)
date.fromisocalendar(1,1,1)
date.fromisocalendar(2**31,1,1)
date.fromisocalendar('a',1,1)
date.fromisocalendar(1,1)
date.fromisocalendar(year=2020,week=3,day=1)
date.fromisocalendar(2020,10**30,1)
date.fromtimestamp(1e20)
date.fromtimestamp(float('nan'))
date.fromtimestamp('a')
date.fromtimestamp(2**62)
date.fromtimestamp(10**30)
date.fromtimestamp(-10**14)
date.fromtimestamp(None)
date.fromtimestamp()
n.strftime()
n.strftime(5)
n.strftime(format='%Y')
n.strftime('%z|%Z|%f|%%|%')
n.strftime('%Q %:z')
n.strftime('\ud800%Y')
n.strftime('a\0b%Y')
format(n,'')
format(n,'%Y')
n.__format__(5)
n.__format__()
n.ctime()
n.timetuple()
n.isocalendar()
n.isocalendar().__reduce__()
type(n.isocalendar())(1,2,3)
type(n.isocalendar())(1,2)
type(n.isocalendar())('a','b','c')
type(n.isocalendar())(year=1,week=2,weekday=3)
n.isocalendar().week
repr(n),str(n),hash(n)==hash(n.__reduce__()[1][0])
n.__reduce__()
n<5
n==5
n<nd
n==nd
nd<n
nd==n
n!=nd
nd-n
n-nd
td<5
td==5
date.max+td
date.min-td
date.max+timedelta.max
date.min-timedelta.max
date.min+timedelta.min
date.min-timedelta.min
time(1,2,3,4,None,5)
time(25)
time(1,60)
time(1,2,60)
time(1,2,3,10**6)
time(1,fold=2)
time(1,fold=10**10)
time(1,tzinfo=5)
time(1,2,3,4,5)
time('a')
time(1.0)
time(x=1)
time(b'\x01\x02\x03\x00\x00\x01')
time(b'\x81\x02\x03\x00\x00\x01').fold
time(b'\x81\x02\x03\x00\x00\x01',tz)
time(b'\x81\x02\x03\x00\x00\x01',5)
time(b'\x81\x02\x03\x00\x00\x01',tzinfo=tz)
time(b'\x99\x02\x03\x00\x00\x01')
time('\x81\x02\x03\x00\x00\x01')
time('\u1231\x02\x03\x00\x00\x01')
time(b'abc')
nt.replace(hour=5)
nt.replace(tzinfo=5)
nt.replace(fold=1).fold
nt.replace(1,2,3,4,tz,5)
nt.isoformat(timespec='x')
nt.isoformat(5)
nt.isoformat('hours'),nt.isoformat('minutes'),nt.isoformat('seconds'),nt.isoformat('milliseconds'),nt.isoformat('microseconds')
nt.strftime('%Y %H %z %Z %f')
nt.replace(tzinfo=tz).strftime('%Y %H %z %Z %f')
nt.replace(tzinfo=tzb).strftime('%z')
nt.replace(tzinfo=tzb).strftime('%Z')
nt.replace(tzinfo=tzb).isoformat()
nt.replace(tzinfo=tzb).tzname()
nt.replace(tzinfo=tzb).dst()
nt.replace(tzinfo=tzb)==nt
nt.replace(tzinfo=tz)==nt
nt.replace(tzinfo=tz)<nt
nt<5
nt==5
nt.replace(tzinfo=tz)
repr(nt.replace(tzinfo=tz,fold=1))
nt.__reduce__()
nt.__reduce_ex__(1)
nt.replace(fold=1).__reduce_ex__(3)
nt.replace(fold=1).__reduce_ex__(4)
nt.replace(tzinfo=tz).__reduce_ex__(4)
nt.__reduce_ex__()
nt.__reduce_ex__('a')
hash(nt)==hash(NT(1,2,3,fold=1))
NT.fromisoformat('04:05')
NT.fromisoformat('T04:05Z')
NT.fromisoformat('04:05+01:00').tzinfo
NT.fromisoformat('04:05+00:00').tzinfo is timezone.utc
NT.fromisoformat('04:05+24:00').tzinfo
NT.fromisoformat('04:05-24:00').tzinfo
NT.fromisoformat('25:05')
NT.fromisoformat('25')
NT.fromisoformat(5)
datetime()
datetime(1)
datetime(2020,1,1,1,1,1,1,None,1)
datetime(2020,1,1,24)
datetime(2020,1,1,tzinfo=3)
datetime(b'\x07\xe4\x01\x02\x03\x04\x05\x00\x00\x06')
datetime(b'\x07\xe4\x81\x02\x03\x04\x05\x00\x00\x06').fold
datetime(b'\x07\xe4\x81\x02\x03\x04\x05\x00\x00\x06',3)
datetime('\u07f4\xe4\x81\x02\x03\x04\x05\x00\x00\x06',3)
datetime('\u07f4\xe4\x81\x02\x03\x04\x05\x00\x00\x06')
datetime('\u07f4\xe4\x01\x02\x03\x04\x05\x00\x00\x06')
nd.replace(year=5)
nd.replace(fold=1)
nd.replace(fold=3)
nd+td
nd-td
nd-nd
nd-nd.replace(tzinfo=tz)
nd.replace(tzinfo=tz)-nd.replace(tzinfo=tz)
nd.replace(tzinfo=tz)-nd.replace(tzinfo=timezone.utc)
nd.date(),nd.time(),nd.timetz()
nd.timestamp()
nd.replace(tzinfo=tz).timestamp()
nd.timetuple()
nd.replace(tzinfo=tz).timetuple()
nd.replace(tzinfo=tzb).timetuple()
nd.replace(tzinfo=tz).utctimetuple()
nd.utctimetuple()
nd.isoformat('x')
nd.isoformat('xx')
nd.isoformat(sep='\ud800')
nd.isoformat(5)
nd.isoformat(timespec=5)
nd.isoformat(timespec='q')
nd.isoformat('T','hours')
str(nd),repr(nd)
repr(nd.replace(tzinfo=tz))
repr(datetime(2020,1,1,tzinfo=timezone.utc,fold=1))
nd.utcoffset(),nd.tzname(),nd.dst()
nd.replace(tzinfo=tz).astimezone(timezone.utc)
nd.astimezone()
nd.astimezone(tz)
nd.astimezone(5)
nd.astimezone(tz=None)
nd.replace(tzinfo=tzb).astimezone(tz)
nd.__reduce__()
nd.replace(tzinfo=tz).__reduce_ex__(2)
nd.replace(fold=1).__reduce_ex__(4)
nd<5
nd==5
nd==nd.replace(tzinfo=tz)
nd<nd.replace(tzinfo=tz)
nd<date(2020,1,1)
nd==date(2020,1,1)
date(2020,1,1)<nd
date(2020,1,1)==nd
ND.fromtimestamp(0)
ND.fromtimestamp(0,tz)
ND.fromtimestamp(0,tz=timezone.utc)
ND.fromtimestamp(0,5)
ND.fromtimestamp()
ND.fromtimestamp('a')
ND.utcfromtimestamp(0)
ND.utcfromtimestamp(1e20)
ND.utcfromtimestamp(1e12)
ND.utcfromtimestamp(-1e12)
ND.utcfromtimestamp(float('nan'))
ND.utcfromtimestamp()
ND.strptime('2020','%Y')
ND.strptime('2020 +0100','%Y %z')
ND.strptime('2020')
ND.strptime(5,'%Y')
ND.strptime('x','%Y')
ND.combine(n,nt)
ND.combine(n,nt,tz)
ND.combine(n,nt,tzinfo=5)
ND.combine(n,5)
ND.combine(5,nt)
ND.combine(date=n,time=nt)
ND.fromisoformat('2020-01-01')
ND.fromisoformat('2020-01-01T04:05:06.789+01:00')
ND.fromisoformat('2020-W01-1T04')
ND.fromisoformat(b'2020')
ND.fromisoformat('2020')
datetime.fromisoformat('2020-13-01')
datetime.fromisoformat('2020-01-01T25')
ND.fromordinal(5)
tzinfo().utcoffset(None)
tzinfo().utcoffset(5)
tzinfo().tzname(None)
tzinfo().dst(None)
tzinfo().fromutc(5)
tzinfo().fromutc(nd)
tz.fromutc(nd)
tz.fromutc(nd.replace(tzinfo=tz))
tzb.fromutc(nd.replace(tzinfo=tzb))
tzinfo().__reduce__()
tz.__reduce__()
timezone(5)
timezone()
timezone(td)
timezone(-td)
timezone(timedelta(hours=1),5)
timezone(timedelta(hours=1),'a')
timezone(timedelta(hours=1),None)
timezone(timedelta(0)) is timezone.utc
timezone(timedelta(0),'x')
timezone(timedelta(0),'UTC') is timezone.utc
timezone(timedelta(0),name='UTC')
repr(timezone(timedelta(hours=1,microseconds=5))),str(timezone(timedelta(hours=1,microseconds=5)))
str(timezone(-timedelta(hours=1,seconds=5)))
timezone.utc.utcoffset(5)
timezone.utc.utcoffset()
timezone.utc.tzname(5)
timezone.utc.dst(5)
timezone.utc.dst(None)
timezone.utc.fromutc(5)
timezone.utc.fromutc(nd)
timezone.utc.fromutc(nd.replace(tzinfo=timezone.utc))
timezone(timedelta(hours=1)).__getinitargs__()
timezone(timedelta(hours=1),'a').__reduce__()
timezone.utc.__reduce__()
timezone.utc<5
timezone.utc==5
timezone.utc==timezone(timedelta(0),'x')
timezone.utc<timezone.min
hash(timezone.utc)==hash(timedelta(0))
timezone.utc
nd.replace(tzinfo=timezone(timedelta(hours=1))).strftime('%z %Z %% %f %q')
nd.replace(tzinfo=timezone(timedelta(hours=1,seconds=3,microseconds=4))).strftime('%z %:z')
nd.strftime('%z %Z')
nd.__format__('%Y')
datetime.max+timedelta(1)
datetime.min-timedelta(1)
datetime.max.replace(tzinfo=timezone.min).utctimetuple()
datetime.min.replace(tzinfo=timezone.max).utctimetuple()
datetime.min.replace(tzinfo=timezone.max)==datetime.min.replace(tzinfo=timezone.min)
datetime.min.replace(tzinfo=timezone.max).astimezone(timezone.utc)
datetime.min.timestamp()
datetime.max.timestamp()
datetime.min.astimezone()
timedelta('a')
timedelta(seconds='b',days='a')
timedelta(x=3)
timedelta(1,2,3,4,5,6,7,8)
timedelta(10**9)
timedelta(-10**9)
timedelta(10**10)
timedelta(10**30)
timedelta(seconds=10**30)
timedelta(days=10**20,hours=-24*10**20)
timedelta(float('nan'))
timedelta(float('inf'))
timedelta(1e300)
timedelta(1e20)
timedelta(0.5,0.5,0.5)
td*1.5,td*3,3*td,1.5*td,td/2,td/1.5,td/td,td//td,td//5,td%td,divmod(td,td),divmod(td,5) if 0 else 0
td*'a'
td/0
td/0.0
td//0
td//timedelta(0)
td/timedelta(0)
td%timedelta(0)
divmod(td,timedelta(0))
td%5
td//1.5
5/td
5//td
5%td
td*float('nan')
td*float('inf')
td/float('nan')
td/float('inf')
td*10**10
timedelta.max*2
timedelta.max+timedelta.max
-timedelta.max
-timedelta.min
abs(timedelta.min)
abs(timedelta(-5))
ndl+ndl
+ndl
-ndl
repr(ndl),str(ndl),hash(ndl)==hash((1,2,3))
str(timedelta(-5,3,4)),str(timedelta(1)),str(timedelta(2))
repr(timedelta(0,5)),repr(timedelta(0,0,5)),repr(timedelta(-1,1,1)),repr(timedelta())
ndl.__reduce__()
ndl.total_seconds()
timedelta(True)
NDelta(0)-NDelta(1)
timezone(timedelta(0),'\ud800').tzname(None)
timezone.utc.__init_subclass__
D.date(2020,1,1).__reduce_ex__(2)
datetime(2020,1,1).replace(tzinfo=timezone(timedelta(0),'\ud800')).strftime('%Z')
date.today(5)
datetime.today(5)
type('T',(time,),{})
type('T',(timezone,),{})
S().__reduce__()
S2().__reduce__()
s3.__reduce__()
type(n.isocalendar())(-1,2,3)
type(n.isocalendar())(10**20,2,3)
FN.fromordinal(5)
FN.combine(n,time(1,fold=1))
FN.fromisoformat('2020-01-01')
Fold.combine(n,nt).fold
(Fold(2020,1,1)+td).fold
Fold.fromisoformat('2020-01-01').fold
time(1,tzinfo=timezone(timedelta(microseconds=1)))==time(1,tzinfo=timezone.utc)
time(1,tzinfo=timezone(timedelta(microseconds=1)))<time(1,tzinfo=timezone.utc)
hash(time(1,tzinfo=timezone(timedelta(hours=3))))==hash(timedelta(hours=-2))
hash(time(1,tzinfo=timezone.utc))==hash(time(1))
hash(time(1,tzinfo=timezone.utc))==hash(timedelta(hours=1))
hash(datetime(1970,1,1,1,tzinfo=timezone.utc))==hash(timedelta(719163,3600))
hash(timezone.utc), hash(timedelta(0)),hash((0,0,0))
timedelta.days
date.year
setattr(date,'year',3)
setattr(n,'year',3)
setattr(td,'days',3)
nd.isoformat('T','hours','x')
nt.isoformat('hours','x')
nt.replace(1,2,3,4,5,6,7)
date(year=2020,month=1,day=2)
datetime(year=2020,month=1,day=2,tzinfo=tz,fold=1).fold
time.min.__reduce_ex__(4)
nd.__reduce_ex__(1,2)
nd.strftime('%f'),time(1,2,3,45).strftime('%f')
nd.strftime('%')
nd.strftime('')
nd.strftime('%-d %e %10z')
nd.replace(tzinfo=timezone(td/2,'%d')).strftime('%Z')
time(1).strftime(format='%H')
copy.copy(timezone.utc) is timezone.utc, copy.deepcopy(timezone.utc) is timezone.utc
pickle.loads(pickle.dumps(timezone.min)) == timezone.min
timezone.min.__getinitargs__()
bool(time(0)),bool(timedelta(0)),bool(td)
date.__new__(datetime,2020,1,1)
date.__new__(5)
object.__new__(date)
tzinfo(1,2,x=3)
type('Q',(tzinfo,),{})(1,2,x=3)
nd.astimezone(None).tzname()
nd.astimezone(1,2)
nd.utctimetuple(1)
date(2020,1,1).__reduce__(1)
nd-5
5-nd
nd+nd
n+n
nd-tz
timedelta.max.total_seconds()
timedelta.resolution/3
td.__mul__(1.5), td.__mul__('a'), td.__truediv__('a'), td.__divmod__(5)
td.__rtruediv__(5),td.__rfloordiv__(td*3), td.__rmod__(td*3), td.__rdivmod__(td*5)
nd.__rsub__(nd), nd.__radd__(td), n.__rsub__(n), n.__radd__(td)
n.__add__(5), n.__sub__('a')
date(2020,1,1)==datetime(2020,1,1)
datetime(2020,1,1)-date(2020,1,1)
date(2020,1,1)-datetime(2020,1,1)
date(2020,1,1).__sub__(datetime(2020,1,1))
date(2020,1,1).__eq__(datetime(2020,1,1)), date(2020,1,1).__lt__(datetime(2020,1,1,5))
date.fromisocalendar(2004,1,0), 
date.max.isocalendar(), date.min.isocalendar(), date.min.ctime(), date.max.ctime()
datetime.fromtimestamp(1.5).microsecond, datetime.fromtimestamp(0.0000005).microsecond, datetime.fromtimestamp(0.0000015).microsecond,datetime.fromtimestamp(-0.0000005).microsecond
time.fromisoformat('')
datetime.fromisoformat('')
date.fromisoformat('')
D.datetime_CAPI
D.UTC
time(1,tzinfo=tzinfo()).utcoffset()
time(1).utcoffset(5)
timezone.utc.utcoffset(None,1)
nd.replace(tzinfo=tzb).utctimetuple()
timezone.utc.fromutc()
datetime(2020,1,1,tzinfo=tzb)-datetime(2020,1,1,tzinfo=tz)
datetime.strptime('2020','%Y','x')
datetime.strptime(5,'x')
datetime.strptime('5',7)
nd.dst(5)
nd.date(5)
time(0,0,tzinfo=timezone.utc).isoformat()
time.isoformat(5)
date.isoformat()
'''.strip().splitlines(): t(s)

class Odd(str):
    def replace(self, *a): print(a); return None
class OddName(TZ):
    def tzname(self, dt): return Odd('ab%')
t("datetime(2020,1,1,tzinfo=OddName()).strftime('%Z %Z')")

# every type: flags, sizes, signatures
for c in (date, time, datetime, timedelta, tzinfo, timezone, type(n.isocalendar())):
    print(c.__name__, c.__flags__ & ~(1 << 19), c.__basicsize__, c.__itemsize__, c.__base__)
    for k in sorted(vars(c)):
        print('   ', k, type(vars(c)[k]).__name__, getattr(vars(c)[k], '__text_signature__', '-') if k != '__doc__' else '')
    print(sys.getsizeof(c.min) if hasattr(c, 'min') else '')

# text in ISO format, mutated
rnd = random.Random(4)
texts = """2020-01-02 20200102 2020-W03-4 2020W034 2020-W03 2020W03 2020-W53-7 2020-01-02T03:04:05 20200102T030405
2020-W03-4T03 2020W03403 2020-01-02T03:04:05.123456 2020-01-02T03:04:05,123 2020-01-02T03:04:05.1234567+01:02:03.000004
2020-01-02x030405Z 2020-01-02T03:04+0530 2020-W01-12 2020-01-02\xe903:04 2020-01-02\ud80003:04 03:04:05 T03:04 030405.5
03:04:05-00:00:00.5 0304+01 04.5 23:59:59.999999+23:59:59.999999 2020-1-0112 2020W0112:30 2020W011-12:30 9999-W53-1
10:00:00. 10:00:00.5Z 24:00 2020-02-29 10:00\x00 2020-01-02\U0001f40d10:00""".split()
chars = '0123456789-:+.,ZTW \x00\xe9\ud800\U0001F40Dx'
for i in range(4000):
    s = list(rnd.choice(texts))
    for _ in range(rnd.choice((0, 1, 1, 2, 3))):
        k, j = rnd.randrange(3), rnd.randrange(len(s) + 1)
        if k == 0: s.insert(j, rnd.choice(chars))
        elif k == 1 and s: s.pop(j % len(s))
        elif s: s[j % len(s)] = rnd.choice(chars)
    s = ''.join(s)
    for c in (date, time, datetime):
        try: print(c.fromisoformat(s))
        except ValueError as e: print(show(str(e)))

# states of pickle, hostile ones too: no result may crash any method
for i in range(1500):
    state = bytes(rnd.choice((rnd.randrange(256), rnd.randrange(12), 1)) for _ in range(rnd.choice((4, 6, 10, 5))))
    for c in (date, time, datetime):
        for args in ((state,), (state, timezone.utc), (state.decode('latin-1'),)):
            try: o = c(*args)
            except Exception as e: print(type(e).__name__, show(str(e))); continue
            print(show(repr(o)), show(str(o)), o.__reduce_ex__(4))
            for m in ('ctime', 'toordinal', 'isocalendar', 'weekday', 'utcoffset', 'timestamp', '__hash__'):
                try: x = getattr(o, m, str)()
                except Exception as e: print(type(e).__name__)
                else: print(x if m in ('ctime', 'weekday') else '')
for proto in range(6):
    for o in (n, nt, nd.replace(tzinfo=timezone(timedelta(hours=1), 'x'), fold=1), td, timezone.utc, timezone.max, tz, n.isocalendar()):
        r = pickle.loads(pickle.dumps(o, proto)); print(show(repr(r)), getattr(r, 'fold', '-'))

# arithmetic and local time
def num():
    return rnd.choice((rnd.randrange(-10, 10), rnd.randrange(-10**6, 10**6), rnd.randrange(-10**15, 10**15), rnd.uniform(-5, 5),
                       rnd.uniform(-1e6, 1e6), rnd.randrange(-4, 4) / 2, 10**30, -24 * 10**25, 10**25, .5, 2.5e-6,
                       rnd.randrange(-1000, 1000) * 0.0000005))
zones = (None, timezone.utc, timezone(timedelta(hours=2)), tz)
for zone in ('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'):
    os.environ['TZ'] = zone
    clock.tzset()
    for i in range(150):
        k = {f: num() for f in ('days', 'seconds', 'microseconds', 'milliseconds', 'minutes', 'hours', 'weeks') if rnd.random() < .35}
        a, b = (timedelta(rnd.randrange(-9999, 9999), rnd.randrange(86400), rnd.randrange(10**6)) for _ in 'ab')
        x, y, z = num(), rnd.randrange(-9, 9), rnd.choice(zones)
        f = [rnd.randrange(1902, 2038), rnd.randrange(1, 13), rnd.randrange(1, 29)] + [rnd.randrange(q) for q in (24, 60, 60, 10**6)]
        d, e = datetime(*f, z, fold=i % 2), datetime(*f, rnd.choice(zones)) + b
        for s in ('timedelta(**k)', 'a+b', 'a-b', 'a*x', 'a/x', 'a//y', 'a%b', 'a//b', 'a/b', 'divmod(a,b)', 'a<b', 'abs(a)', 'd+a', 'd-a',
                  'd-e', 'd<e', 'd==e', 'd.timestamp()', 'd.astimezone()', 'd.astimezone(tz)', 'd.utctimetuple()', 'd.timetz()<e.timetz()',
                  'hash(d.astimezone(tz))==hash(d)', 'datetime.fromtimestamp(x)', 'date.fromtimestamp(x)', 'datetime.utcfromtimestamp(x)',
                  'datetime.fromtimestamp(d.timestamp()).fold', 'd.strftime("%Y-%m-%d %z %Z %f %%z")'):
            try: print(show(repr(eval(s))))
            except Exception as e_: print(s, type(e_).__name__, show(str(e_)))

for s in ('0000-W01-1', '0000W034', '0000W534', '0000-W52-7', '0000W00', '0001W01', '0000W53'):
    for c in (date, datetime):
        try: print(s, c.fromisoformat(s))
        except ValueError as e: print(s, e)

# datetime and timedelta: over the ends of days, months, years and the calendar.
import datetime as _dt
for start in _dt.datetime(2020, 2, 27, 23, 59, 59, 999999), _dt.datetime(2021, 1, 1), _dt.datetime(1, 1, 1), _dt.datetime(9999, 12, 31, 23, 59, 59, 999999), _dt.datetime(2000, 12, 28):
    for days in 0, 1, -1, 2, 28, -28, 31, 366, -366, 10**6, 4 * 10**6:
        for seconds, micros in (0, 0), (0, 1), (86399, 999999), (-1, 0), (0, -1):
            delta = _dt.timedelta(days, seconds, micros)
            row = []
            for operate in start.__add__, start.__sub__:
                try:
                    row.append(str(operate(delta)))
                except OverflowError as error:
                    row.append(str(error))
            print(start, delta, row)

# strftime: long, empty and padded texts, fields of other types than int.
import time as _time
for text in '', '%', 'x' * 300, '%Y' * 300, '%300d', '%1500d', '%3000d', '%9000d', '%p' * 3, '%A, %B %j %U %w %x %X %%':
    result = _dt.datetime(2020, 2, 29, 13, 14, 15).strftime(text)
    print(text[:12], len(result), result[:60], result[-20:])
class Index:
    def __index__(self): return 3
for fields in (2020, 1, 2, 3, 4, 5, 6, 7, 0), (2020, True, Index(), 3, 4, 5, 6, 7, 0), (2020, 1.0, 2, 3, 4, 5, 6, 7, 0), (2020,) * 8, (2**31, 1, 2, 3, 4, 5, 6, 7, 0), (2020, 1, 2, 3, 4, 5, 6, 2**70, 0), (2020, 1, 2, 3, 4, 5, 6, 7, '0'):
    for call in (lambda f: _time.strftime('%Y-%m-%d %H:%M:%S %j', f)), _time.asctime, _time.mktime:
        try:
            print(call(fields))
        except Exception as error:
            print(type(error).__name__, error)
print(_dt.date(2020, 12, 31).timetuple(), _dt.datetime(1, 1, 1).timetuple())
