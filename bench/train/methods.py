"""Training: one statement after another about the methods, operators and functions that come with Python, each
with arguments as short as they mostly are, so that none of them is taken for code that never runs."""

N = 20

# what they work on, and statements; all of them run in one function per row
ROWS = r'''
s = 'a first line of text'; t = 'key=value'; number = '12345'; w = ['a', 'b', 'c']; table = {97: 'A', 98: None}
    s.upper(); s.lower(); s.title(); s.capitalize(); s.swapcase(); s.casefold(); s.center(30); s.ljust(30); s.rjust(30, '.'); number.zfill(9)
    s.split(); s.split(' ', 1); s.rsplit(None, 2); s.splitlines(); s.partition(' '); t.rpartition('='); s.strip(); s.lstrip('a '); s.rstrip('tx')
    s.find('line'); s.rfind('e'); s.index('of'); s.count('e'); s.startswith('a f'); s.startswith(('x', 'a')); s.endswith('.py'); s.endswith(('t', 'u'))
    s.replace('e', 'E'); s.replace(' ', ''); s.replace('line', 'row', 1); s.translate(table); s.expandtabs(); s.removeprefix('a '); s.removesuffix('text')
    s.isdigit(); s.isalpha(); s.isalnum(); s.isspace(); s.isupper(); s.islower(); s.istitle(); s.isidentifier(); number.isdecimal(); number.isnumeric(); s.isprintable(); s.isascii()
    s[2]; s[-1]; s[2:7]; s[:-1]; s[::-1]; s[::2]; s + t; s * 3; t * 20; 'ab' * 10; 'line' in s; 'z' in s; s == t; s < t; s != s; s >= t; hash(s + t)
    ','.join(w); ''.join(w); ', '.join(x for x in w); list(s); [c for c in t]; s.encode(); s.encode('ascii'); s.encode('utf-16'); s.encode('latin-1', 'replace')
    repr(s); ascii(s); len(s); ord('a'); chr(97); chr(8364); str(s); sorted(t); max(t); min(t); reversed(t); iter(s); int(number); int('ff', 16); int('0x1f', 0); float('1.25')
    '%s %d' % (s, 5); '%r' % s; '%x' % 255; '%5.2f' % 1.5; '%-10s|' % t; '%(a)s' % {'a': 1}; '%05d' % 42; '%c' % 'x'; '%e' % 12.5; '%%' % ()
    '{} {}'.format(s, 5); '{a:>5}'.format(a=7); '{0!r:10}'.format(t); '{:,}'.format(1234567); '{:.3f}'.format(2.5); '{:08b}'.format(37); '{0[0]} {1.real}'.format(w, 5); format(255, '#x'); format(t, '^20')
    f'{s}'; f'{s}{t}'; f'{t!r}'; f'{1.5:.2f}'; f'{12:5d}'; f'{t:>12}'; f'{1e6:g}'; f'{0.25:%}'; f'{255:#06x}'; str.maketrans('ab', 'cd'); s.format_map({}); '{a}'.format_map({'a': 1})
s = 'naïve café'; j = '日本 の テキスト'; e = 'a😀b'
    s.upper(); j.upper(); s.lower(); s.split(); j.split(); j.split('の'); s.find('é'); j.find('テ'); s.replace('é', 'e'); j.replace('の', 'x'); s + j; j + e; e * 3; s[3]; j[1]; j[1:4]; e[::-1]
    s.encode(); j.encode(); e.encode(); s.encode('latin-1'); j.encode('utf-16-le'); s.encode().decode(); j.encode().decode(); e.encode().decode(); repr(s); ascii(j); j in e; s == j; s < j; list(e); j.strip(); j.count('テ'); ','.join((s, j)); s.title(); j.isalpha(); e.isprintable(); s.casefold()
b = b'some bytes, and more'; a = bytearray(b'abcdef'); m = memoryview(b'abcdefgh')
    b[1]; b[2:5]; b[::-1]; b + b; b * 3; b == b'some'; b < b'z'; b'and' in b; 44 in b; b.find(b'and'); b.rfind(b'e'); b.index(b'b'); b.count(b'e'); b.split(); b.split(b','); b.rsplit(b' ', 1); b.partition(b','); b.splitlines()
    b.replace(b'e', b'E'); b.strip(); b.lstrip(b's'); b.startswith(b'so'); b.startswith((b'x', b's')); b.endswith(b'e'); b.upper(); b.lower(); b.title(); b.hex(); b.hex(':'); bytes.fromhex('00ff10'); b.decode(); b.decode('ascii'); b.decode('latin-1'); b.decode('utf-8', 'replace')
    b','.join([b'a', b'b']); bytes([1, 2, 3]); bytes(5); bytes(a); bytes(m); list(b); repr(b); hash(b); len(b); b'%d' % 5; b'%s' % b; b.isalpha(); b.isdigit(); b.center(30); b.translate(None, b'e'); b.zfill(30); b.expandtabs(); bytes(x for x in (1, 2))
    a.append(1); a.pop(); a.extend(b'xy'); a += b'z'; a[1]; a[1:3]; del a[6:]; a[0] = 97; a[1:3] = b'bc'; a.insert(0, 1); a.remove(1); a.reverse(); a.reverse(); a.find(b'c'); bytearray(b); bytearray(4); a.copy(); a == b; a.decode(); repr(a); a + b; a * 2; len(a); 97 in a; a.clear(); a.extend(b'abcdef')
    m[1]; m[1:3]; m[::2]; m.tobytes(); m.tolist(); m.hex(); len(m); m == b; m.cast('B'); m.nbytes; m.readonly; bytes(m[2:4]); memoryview(a)[0]; list(m)
l = [5, 3, 1, 4]; t = (1, 2, 3); w = ['ccc', 'a', 'bb']; p = [(1, 'b'), (0, 'a')]; f = [1.5, 2.5, 0.5]
    l.append(7); l.pop(); l.insert(0, 9); l.pop(0); l.extend((1, 2)); del l[-2:]; l.index(3); l.count(1); l.copy(); l.reverse(); l.reverse(); sorted(l); sorted(w); sorted(w, key=len); sorted(p, key=lambda x: x[1]); sorted(l, reverse=True); l[:].sort(); w[:].sort(key=str.lower); f[:].sort(); p[:].sort()
    l[0]; l[-1]; l[1:3]; l[::2]; l[::-1]; l[1:3] = [3, 1]; l[0] = 5; l + l; l * 2; [0] * 10; [None] * 4; l == l[:]; l < [5, 4]; 3 in l; 'a' in w; 99 not in l; len(l); list(l); list(t); tuple(l); set(l); list(range(5)); list('abc'); repr(l); repr(w); str(t); bool(l); l and 1; not l
    sum(l); sum(f); sum(x * x for x in l); max(l); min(l); max(w, key=len); min(3, 4); max(1.5, 2); any(l); all(l); any(x > 3 for x in l); all(x > 0 for x in l); [x for x in l if x > 2]; [(x, y) for x in t for y in t]; {x: 1 for x in l}; {x for x in l}; list(map(str, l)); list(map(lambda x: x + 1, l)); list(filter(None, l)); list(filter(lambda x: x > 2, l)); list(zip(l, w)); list(enumerate(w)); list(reversed(l)); next(iter(l)); next(iter(()), None)
    t[1]; t[1:]; t + t; t * 2; t == (1, 2, 3); t < (1, 3); 2 in t; hash(t); t.index(2); t.count(1); a, c, d = t; a, *c = l; [*l, *t]; (*t, 4); a, c = c, a; tuple(x for x in l); len(t); divmod(17, 5); slice(1, 2); range(10)[3]; 5 in range(10); len(range(3, 9, 2)); list(range(9, 0, -3)); l.clear(); l.extend([5, 3, 1, 4]); l.remove(3); l.insert(1, 3); l.sort(); l += [8]; l.pop(); l.reverse()
d = {'a': 1, 'b': 2, 'c': 3}; n = {1: 'x', 2: 'y'}; s = {1, 2, 3}; u = {2, 3, 4}; z = frozenset('abc'); e = {}
    d['a']; d.get('b'); d.get('x', 0); d['d'] = 4; d.pop('d'); d.pop('x', None); d.setdefault('a', 5); 'a' in d; 'x' not in d; len(d); d['a'] += 1; d['a'] -= 1; e['k'] = 1; del e['k']; d.copy(); dict(d); dict(a=1, b=2); dict([('a', 1)]); dict(zip('ab', (1, 2))); d | n; {**d, **n}; dict.fromkeys('ab'); d.update(c=3); e.update(d); e.clear(); e.update(x=1); e.popitem(); d == n; d == d.copy()
    list(d); list(d.keys()); list(d.values()); list(d.items()); sorted(d); sorted(d.items(), key=lambda kv: kv[1]); d.keys() & e.keys(); d.keys() | e.keys(); d.keys() - e.keys(); ('a', 1) in d.items(); [k for k in d]; [v for k, v in d.items() if v > 1]; {v: k for k, v in d.items()}; max(d, key=d.get); repr(d); str(n); n[1]; n.get(7); n[3] = 'z'; del n[3]; sum(d.values()); min(d.items()); list(reversed(d)); next(iter(d)); bool(e)
    s.add(5); s.discard(5); s.add(6); s.remove(6); 2 in s; 'a' in z; 9 not in s; len(s); s | u; s & u; s - u; s ^ u; s <= u; s == u; s.union(u); s.intersection(u); s.difference(u); s.isdisjoint(u); s.issubset(u); s.issuperset([1]); s.update(u); s.difference_update((4,)); s.copy(); set(); set('hello'); frozenset(s); list(s); sorted(u); repr(s); hash(z); z | {1}; {1, 2}; {*s, 9}; {x % 2 for x in s}; max(s); sum(s); min(z); s.symmetric_difference(u); s |= {1}; u &= {2, 3, 4}; set(d); s.pop(); s.add(1); s.add(2); s.add(3)
i = 12345; k = 17; f = 1.25; g = 3.0; big = 10 ** 30; c = 1 + 2j
    i + k; i - k; i * k; i // k; i % k; i / k; -i; +i; ~i; abs(-i); i ** 2; 2 ** k; i << 3; i >> 2; i & 255; i | 1; i ^ k; i < k; i == k; 1 < k < 20; divmod(i, k); pow(k, 5, 13); pow(3, 200); round(i, -2); int(f); float(i); str(i); repr(k); hex(i); oct(i); bin(k); i.bit_length(); i.to_bytes(4, 'little'); int.from_bytes(b'1234', 'big'); i.bit_count(); hash(i); bool(i); int('42'); i.as_integer_ratio(); format(i, '08b'); f'{i:,}'; complex(i); isinstance(i, int); int.__add__(i, k); max(i, k); min(i, k); abs(k); k is i; not k
    big + i; big - 1; big * big; big // i; big % i; big / 3; -big; big ** 3; big >> 40; big << 40; big & i; big == i; big < i; str(big); repr(big); int(str(big)); int('9' * 25); hash(big); float(big); big.bit_length(); big.to_bytes(16, 'big'); int.from_bytes(b'x' * 20, 'little'); hex(big); f'{big:,}'; divmod(big, i); pow(big, 3, i); abs(-big); round(big, -5); '%d' % big; '%x' % big; bool(big)
    f + g; f - g; f * g; f / g; f // g; f % g; -f; abs(-f); f ** 2; f ** 0.5; f < g; f == g; round(f); round(f, 1); int(f); str(f); repr(g); float('1e10'); f.is_integer(); f.as_integer_ratio(); f.hex(); float.fromhex('0x1.8p1'); hash(f); divmod(f, g); f'{f:.3g}'; f'{f!r}'; f'{f:10.2e}'; str(1e300); str(0.1); bool(f); f + 1; 2 * f; f > 1; f != 1; f // 1; max(f, g); sum([f, g]); c + c; c * c; c / c; abs(c); str(c); c.real; c.conjugate(); c == c; -c; complex('1+2j'); c ** 2; hash(c)
import math, operator, struct, zlib, hashlib, binascii, base64, random, time, copy, array, bisect, heapq; a = array.array('i', [1, 2, 3]); h = [1, 4, 3, 7]; q = [1, 3, 5]
    math.sqrt(2.0); math.sin(0.5); math.floor(2.5); math.ceil(2.5); math.gcd(12, 18); math.lcm(4, 6); math.hypot(3.0, 4.0); math.log(2.5); math.log2(8); math.log10(50); math.exp(0.5); math.pow(2, 3); math.factorial(10); math.comb(10, 3); math.perm(5, 2); math.isqrt(50); math.prod(q); math.fsum([0.1, 0.2]); math.isclose(1.0, 1.1); math.isnan(1.0); math.trunc(2.5); math.copysign(1, -2); math.modf(2.5); math.frexp(8.5); math.atan2(1, 2); math.degrees(1); math.dist((1, 2), (3, 4)); math.fabs(-2); math.fmod(5, 3); math.tan(1); math.erf(0.5)
    operator.add(1, 2); operator.itemgetter(1)(q); operator.attrgetter('real')(5); operator.methodcaller('upper')('x'); operator.index(3); operator.eq(1, 2); struct.pack('<IH', 1, 2); struct.unpack('<IH', b'123456'); struct.calcsize('3i'); struct.pack('>dq4s', 1.5, -3, b'ab'); struct.unpack_from('>h', b'abcdef', 2); list(struct.iter_unpack('<H', b'abcdef')); zlib.crc32(b'abc'); zlib.adler32(b'abc'); zlib.decompress(zlib.compress(b'abc' * 20)); hashlib.md5(b'abc').hexdigest(); hashlib.sha1(b'abc').digest(); hashlib.sha256(b'abc').hexdigest(); hashlib.blake2b(b'abc').hexdigest(); binascii.hexlify(b'abc'); binascii.unhexlify(b'616263'); base64.b64encode(b'some'); base64.b64decode(b'c29tZQ=='); binascii.crc32(b'x')
    random.random(); random.randint(1, 6); random.choice(q); random.shuffle(h); random.uniform(1, 2); random.getrandbits(40); random.sample(q, 2); random.gauss(0, 1); time.time(); time.perf_counter(); time.monotonic(); time.gmtime(0); time.strftime('%Y-%m-%d', (2020, 1, 2, 3, 4, 5, 3, 2, 0)); copy.copy(q); copy.deepcopy([1, [2]]); copy.copy({'a': 1}); a[1]; a.append(4); a.pop(); a.tobytes(); a.tolist(); a[1:2]; len(a); sum(a); list(a); a + a; array.array('d', [1.5]); a.index(2); repr(a); bisect.bisect(q, 3); bisect.insort(q, 4); q.remove(4); h.sort(); heapq.heappush(h, 0); heapq.heappop(h); heapq.heapify(h); heapq.heappushpop(h, 5); h.remove(5) if 5 in h else h.append(1); heapq.nsmallest(2, h); heapq.nlargest(1, h); h[:] = [1, 4, 3, 7]; list(heapq.merge([1, 3], [2]))
import itertools, functools, collections; q = [1, 2, 3]; d = collections.deque(q); o = collections.OrderedDict(a=1, b=2); c = collections.Counter('abca'); m = collections.defaultdict(list); P = collections.namedtuple('P', 'x y'); p = P(1, 2); f = functools.partial(max, 1); g = functools.lru_cache(8)(lambda x: x); h = collections.ChainMap({'a': 1}, {'b': 2})
    list(itertools.chain(q, q)); list(itertools.chain.from_iterable([q, q])); list(itertools.islice(q, 2)); list(itertools.product(q, q)); list(itertools.combinations(q, 2)); list(itertools.permutations(q)); list(itertools.permutations(q, 2)); [(k, list(v)) for k, v in itertools.groupby([1, 1, 2])]; list(itertools.accumulate(q)); next(itertools.count(5)); list(itertools.zip_longest(q, 'a')); list(itertools.starmap(max, [(1, 2)])); list(itertools.takewhile(bool, q)); list(itertools.dropwhile(bool, q)); list(itertools.repeat(1, 3)); list(itertools.compress(q, (1, 0, 1))); list(itertools.filterfalse(None, q)); list(itertools.pairwise(q)); itertools.tee(q); list(itertools.combinations_with_replacement(q, 2)); next(itertools.cycle(q))
    f(2); g(1); g(2); functools.reduce(lambda x, y: x + y, q); functools.reduce(max, q); functools.cmp_to_key(lambda x, y: x - y)(1); sorted(q, key=functools.cmp_to_key(lambda x, y: y - x)); d.append(4); d.popleft(); d.appendleft(1); d.pop(); d.rotate(1); d[0]; d[-1]; len(d); list(d); 2 in d; d.extend(q); d.clear(); d.extend(q); d.copy(); repr(d); o['c'] = 3; o.move_to_end('a'); o.pop('c'); o.popitem(); o['a'] = 1; o['b'] = 2; list(o); list(o.items()); repr(o); o == {'a': 1}; c['a'] += 1; c['z']; c.most_common(1); c.update('ab'); c + c; list(c.elements()); collections.Counter('hello'); m['a'].append(1); m.clear(); m['b']; 'a' in m; p.x; p[1]; p._replace(x=3); p._asdict(); p == (1, 2); P(x=3, y=4); repr(p); hash(p); a, b = p; P._make(q[:2]); h['a']; h['b']; 'z' in h; list(h)
import re, json, pickle, io, os, datetime, decimal, fractions, contextlib, weakref, enum, csv, textwrap, urllib.parse, uuid, marshal; E = enum.Enum('E', 'A B'); F = enum.Flag('F', 'A B'); D = decimal.Decimal; n = datetime.datetime(2020, 1, 2, 3, 4, 5); w = re.compile(r'(\w+) (\d+)'); data = {'a': [1, 2.5, 'x', None, True], 'b': {'c': 'é'}}; R = fractions.Fraction; o = type('O', (), {})()
    w.match('abc 12').groups(); w.search('-- abc 12').group(1); w.sub('x', 'abc 12'); w.findall('abc 12 d 3'); re.split(r',\s*', 'a, b,c'); re.fullmatch('[a-z]+', 'abc'); re.sub(r'\d', lambda x: x[0] * 2, 'a1b2'); [x.span() for x in re.finditer('[ab]', 'abc')]; re.escape('a.b'); re.match('(?P<k>a)', 'a')['k']; re.search('(?i)B.*?c', 'abxc').end(); json.dumps(data); json.loads('{"a": [1, 2.5, "x", null, true], "b": "\\u00e9"}'); json.dumps(data, indent=1); json.dumps('é\n'); json.dumps(data, sort_keys=True, ensure_ascii=False); pickle.loads(pickle.dumps(data)); pickle.dumps(n); pickle.dumps(data, 0); pickle.loads(pickle.dumps((1, 2, {3}), 2)); marshal.loads(marshal.dumps([1, 'a', (2.5, None)] * 5))
    n + datetime.timedelta(days=1); n - datetime.timedelta(hours=2); n - n; n.isoformat(); n.strftime('%Y-%m-%d %H:%M'); datetime.datetime.fromisoformat('2020-01-02T03:04:05'); datetime.datetime.strptime('2020-01-02', '%Y-%m-%d'); n.replace(day=3); n.date(); n.time(); n.weekday(); n < n; n == n; str(n); repr(n); hash(n); n.timestamp(); datetime.datetime.now(datetime.timezone.utc); datetime.datetime.now(); datetime.date(2020, 1, 2).toordinal(); datetime.timedelta(1, 5) * 2; datetime.timedelta(1).total_seconds(); str(datetime.timedelta(1, 5)); n.timetuple(); datetime.datetime.fromtimestamp(1e9); datetime.date.today(); n.isocalendar(); D('1.5') + D('2.25'); D('1.5') * 3; D('1') / 3; str(D('1.50')); D(5); D('2').sqrt(); D('1.234').quantize(D('0.01')); D('1.5') < 2; round(D('1.55'), 1); hash(D('1.5')); int(D('7')); R(1, 2) + R(1, 3); R(1, 2) * 2; R('0.25'); R(1, 2) < 1; str(R(3, 4))
    x = io.StringIO(); x.write('ab\ncd\n'); x.getvalue(); x.seek(0); x.readline(); x.read(); list(io.StringIO('a\nb\n')); print('a', 1, file=x); x = io.BytesIO(b'ab\ncd'); x.read(2); x.readline(); x.seek(0); x.getvalue(); x.write(b'q'); os.path.join('a', 'b'); os.path.split('a/b'); os.path.splitext('a/b.c'); os.path.basename('a/b'); os.path.dirname('a/b'); os.path.abspath('/a/../b'); os.path.exists('/nowhere'); os.environ.get('HOME'); os.fspath('a'); os.getpid(); os.stat('/'); list(csv.reader(['a,b,"c,d"', '1,2,3'])); csv.writer(io.StringIO()).writerow([1, 'a,b', None]); textwrap.dedent('  a\n  b'); textwrap.fill('some words and more', 10); urllib.parse.quote('a b/c'); urllib.parse.urlsplit('http://a/b?c=d'); urllib.parse.urlencode({'a': 1}); urllib.parse.parse_qs('a=1&b=2'); uuid.UUID(int=5); str(uuid.UUID(int=7)); E.A; E(1); E['B']; E.A.value; E.A.name; F.A | F.B; F.A & F.B; F.A in F.A | F.B; list(E); E.A == E.B; hash(E.A); repr(E.A); weakref.ref(o)(); weakref.proxy(o).__class__; weakref.WeakKeyDictionary({o: 1}).get(o); contextlib.suppress(KeyError).__enter__(); contextlib.nullcontext(1).__enter__()
class A:
    y = 1
    def __init__(self): self.x = 1
    def __len__(self): return 3
    def __getitem__(self, i): return i
    def __eq__(self, other): return True
    def __hash__(self): return 5
    def __contains__(self, x): return True
    def __call__(self, *a, **k): return a
    def __add__(self, other): return self
    def __getattr__(self, name): return name
a = A(); b = object(); z = int
    isinstance(a, A); isinstance(a, (int, str)); issubclass(bool, int); type(a); callable(a); hasattr(a, 'x'); hasattr(b, 'x'); getattr(a, 'x'); getattr(b, 'x', None); getattr(a, 'other'); setattr(a, 'q', 1); delattr(a, 'q'); a.q = 2; del a.q; a.x += 1; a.x = 1; vars(a); dir(b); id(a); hash(a); repr(b); str(b); a.__dict__; a.__class__; A.__name__; A.__mro__; A.y; a.y; len(a); a[1]; a == b; 1 in a; a(1, k=2); a + 1; bool(a); list[int]; int | str; z.__name__; len.__name__; a.__init__.__func__; type('T', (), {}); super(A, a).__hash__(); object(); a.__doc__; A.__dict__.get('y'); globals().get('zzz'); locals().get('a'); eval('1 + 1'); exec('q = 1', {}); compile('x + 1', 'f', 'eval'); iter(lambda: 1, 1); property(len); staticmethod(len); classmethod(len); hash(len); repr(len); print(end='')
'''


def functions():
    """A function per row: it runs the row's statements `n` times."""
    made, setup, statements = [], [], []

    def finish():
        lines = ['def run(n_times):', *setup, '    for _ in range(n_times):', *statements]
        space = {}
        exec('\n'.join(lines), space)
        made.append(space['run'])
        setup.clear()
        statements.clear()

    for line in ROWS.strip('\n').splitlines():
        if line.startswith('    ') and not line.startswith(('    def ', '    y = ')):
            statements.append('    ' + line)
        else:
            if statements:
                finish()
            setup.append('    ' + line)
    finish()
    return made


FUNCTIONS = functions()


def run(n):
    for function in FUNCTIONS:
        function(n)
    return len(FUNCTIONS)
