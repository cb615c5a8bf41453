"""Small pieces of Python for `tools/stress.py memory`: each is run with its first, second, ... allocation failing.

A paragraph is the body of a function.  Lines that begin with `#` run once before, with memory; `# ONE = True`
there: what undoes the failing needs memory itself, so that only single failures are tried.  Several
pieces of one line each stand in ONE_LINE: expressions, evaluated inside a function."""

ONE_LINE = r'''
[i for i in range(20)]
{i for i in range(20)}
{i: str(i) for i in range(20)}
list(i * 1000 for i in range(20))
tuple(i * 1000 for i in range(20))
list(range(1000, 1020))
[1000] * 50
[1, 2, 3] + [4, 5, 6]
[1, 2, 3, 4][1:3]
sorted([3.5, 1.25, 2.75] * 10)
sorted(['b', 'a', 'c'] * 10, key=str.upper, reverse=True)
sorted(range(300), key=lambda i: i % 7)
list(reversed([1000, 2000, 3000]))
list(enumerate('abc', 1000))
list(zip('abc', range(1000, 1003), [1.5, 2.5, 3.5]))
list(map(lambda a, b: a * b, [1000, 2000], [3000, 4000]))
list(filter(None, [0, 1000, '', 'a']))
tuple([1000, 2000])
(1, 2, 3) + (4, 5, 6)
(1, 2, 3) * 20
(1, 2, 3, 4)[1:3]
dict(a=1, b=2, c=3)
dict([('a', 1), ('b', 2)])
dict(zip(range(1000, 1100), range(100)))
dict.fromkeys('abcdefgh', 1000)
{**{'a': 1}, **{'b': 2}}
{'a': 1} | {'b': 2}
list({'a': 1, 'b': 2}.items())
list({'a': 1, 'b': 2}.keys() | {'c'})
{'a': 1, 'b': 2}.items() & {('a', 1)}
{i: i for i in range(1000, 1100)}.copy()
repr({'a': [1, (2.5, {3})], 'b': {'c': None}})
set(range(1000, 1100))
{1000, 2000} | {3000}
{1000, 2000} & {2000}
{1000, 2000} ^ {2000, 4000}
{1000, 2000} - {2000}
{1, 2}.union([3, 4], (5,), {6})
{1, 2}.intersection([2], (2, 3))
frozenset('abcdef')
frozenset([1, 2]) | {3}
repr({1000})
slice(1000, 2000, 3).indices(50)
[*range(1000, 1010)][::-2]
'abc' + 'def' * 10
'abc' * 1000
'a,b,c'.split(',')
'a b  c'.split()
'a,b,c'.rsplit(',', 1)
'a\nb\r\nc'.splitlines(True)
', '.join(['a', 'b', 'c'])
', '.join(str(i) for i in range(20))
'abc'.upper() + 'ABC'.lower() + 'abc'.title()
'stra\xdfe'.upper() + 'I\u0307'.lower() + '\u1e9e'.casefold()
'abc'.replace('b', 'long' * 50)
'abcabc'.replace('b', '')
'abc'.center(1000) + 'x'.zfill(20) + 'y'.ljust(30, '\u20ac')
'a\tb'.expandtabs(100)
'abc'.translate({97: 'xyz', 98: None, 99: 0x20ac})
str.maketrans('abc', 'xyz', 'd')
'abc'.partition('b')
'abc'.encode('utf-16') + 'abc'.encode('utf-32') + 'abc'.encode('utf-7')
'\u20ac\udc80'.encode('utf-8', 'surrogateescape')
'\u20ac\xff'.encode('ascii', 'xmlcharrefreplace')
'\u20ac\xff'.encode('latin-1', 'backslashreplace')
'\u20ac\xff'.encode('ascii', 'namereplace')
'b\xfccher'.encode('punycode')
b'\xff\xfe\xe2\x82\xac'.decode('utf-8', 'replace')
b'\xff\xfe'.decode('utf-8', 'surrogateescape')
b'abc\xe2\x82\xac'.decode()
b'a\x00b\x00'.decode('utf-16-le')
b'abc'.decode('cp1252') + b'\xff'.decode('latin-1')
b'\\x41\\u20ac'.decode('unicode-escape')
'%s %r %d %5.2f %x %c %%' % ('a', 'b', 1000, 2.5, 255, 99)
'%(a)s' % {'a': 1000}
'{} {!r:>10} {a.real:08.3f} {b[0]}'.format(1000, 'x', a=2.5, b=[1])
'{a[0]:{w}}'.format_map({'a': [1000], 'w': 20})
f'{1000:,} {2.5:e} {"x"!r:^10} {[1, 2]}'
format(123456789, ',d') + format(1.5, '.3%') + format(2 + 3j, '.2f') + format('x', '*^9')
repr('a\n\u20ac\U0001f600\x00') + ascii('\u20ac')
'abc'.__format__('>100')
str(b'abc', 'ascii') + str(1000)
'\u20ac'.join(['a'] * 20)
chr(0x20ac) + chr(0x1f600) + chr(200)
'abc'[::-1] + 'a\u20acb'[1:2]
'abc'.startswith(('x', 'a')), 'aXbX'.count('X'), 'abc'.find('c')
b'abc' + b'def' * 10
bytes([1, 2, 3]) + bytes(1000)
bytes(iter([1, 2, 3] * 30))
b'a,b,c'.split(b',')
b'a b c'.split()
b', '.join([b'a', bytearray(b'b')])
b'abc'.replace(b'b', b'long' * 50)
b'%s %d %5.2f' % (b'a', 1000, 2.5)
b'abc'.hex(':', 1)
bytes.fromhex('61 62 63')
b'abc'.translate(None, b'b')
repr(b'a\x00\xff')
b'abc'.center(1000)
b'abc'.partition(b'b')
bytearray(b'abc') + b'def'
bytearray(1000).replace(b'\0', b'ab')
bytearray(b'a,b').split(b',')
repr(bytearray(b'abc'))
bytearray(iter([1, 2, 3] * 30))
bytes(memoryview(b'abcdef')[1:4])
memoryview(b'abcdefgh').cast('I').tolist()
memoryview(bytearray(12)).cast('B', (3, 4)).tolist()
memoryview(b'abc') == b'abc', hash(memoryview(b'abc')), memoryview(b'abc').hex()
memoryview(b'abcdef')[::2].tobytes()
2 ** 1000 + 3 ** 500
2 ** 5000 // 3 ** 1000
divmod(10 ** 200, 7 ** 90)
pow(3, 10 ** 50, 10 ** 60 + 1)
str(2 ** 2000) + hex(2 ** 200) + bin(2 ** 100) + oct(2 ** 100)
int('1' * 600) + int('f' * 100, 16)
int('123_456', 0) + int(b'12') + int(1e30)
(10 ** 300).to_bytes(200, 'big')
int.from_bytes(b'abc' * 30, 'little')
(2 ** 300) >> 17 | (2 ** 90) << 100 & -1 ^ 2 ** 70
-(2 ** 100) // 7, -(2 ** 100) % 7, abs(-2 ** 100), ~2 ** 100
(2 ** 100) / (3 ** 50), float(2 ** 100), round(12345678901234567890, -5)
hash(2 ** 100), (2 ** 100).bit_length(), (2 ** 64 - 1).bit_count()
1.5 + 2.5 * 3.25 / 7.0 - 1e300
float('1.5e10') + float(' 1_0.5 ') + float(b'2.5')
repr(1e300) + repr(0.1) + str(1e-7)
(0.1).hex() + repr(float.fromhex('0x1.8p1'))
(0.1).as_integer_ratio(), (2.5).__round__(), round(2.567, 2), divmod(7.5, 2.0)
complex('1+2j') * 3j ** 2
repr(1.5 + 2j) + str(abs(3 + 4j))
True + True, bool([1]), int(True)
list(range(10 ** 20, 10 ** 20 + 5))
repr(range(10 ** 20)), hash(range(1000)), range(1000)[10:20], range(5).index(3)
list(iter([1, 2, 3].pop, 1))
object(), object.__new__(object)
type('T', (), {'a': 1})
type('T', (dict,), {'__slots__': ('x', 'y')})
type('T', (Exception,), {})('x')
[c.__name__ for c in type('T', (int, ), {}).__mro__]
super(bool, True).__repr__()
property(lambda self: 1, None, None, 'doc').__doc__
classmethod(len), staticmethod(len), staticmethod(len)('abc')
getattr(1, 'real'), hasattr(1, 'nothing'), getattr(1, 'nothing', None)
dir(1)[:3], dir()
vars(type('T', (), {'a': 1})())
isinstance(1, (str, (float, int))), issubclass(bool, int)
int | str | None
list[int][:1] if False else list[int]
dict[str, list[int]].__args__
(int | list[str]).__parameters__
__import__('typing').List[int]
__import__('typing').Union[int, str, None]
eval('1 + 2 * 3000')
eval('[x * y for x in range(3) for y in range(3)]')
eval('lambda a, *b, c=1, **d: (a, b, c, d)')(1, 2, e=3)
compile('a = 1\nb = a + 2\n', '<f>', 'exec').co_names
compile('def f(a, b=1, *c, d, **e):\n    """doc"""\n    return a, b, c, d, e\n', '<f>', 'exec')
compile('class A(B, metaclass=C):\n    x: int = 1\n    def f(self): return super().f()\n', '<f>', 'exec')
compile('try:\n  f()\nexcept A as e:\n  g(e)\nfinally:\n  h()\n', '<f>', 'exec')
compile('match x:\n  case [1, *a]: pass\n  case {"k": v, **r}: pass\n  case A(b=1) | 2: pass\n', '<f>', 'exec')
compile('async def f():\n  async with a as b:\n    async for c in d: yield await c\n', '<f>', 'exec')
compile('f"{a!r:>{w}} {b=}" "x" f"{c}"', '<f>', 'eval')
compile('with a as b, c: pass\nfor i in j: break\nelse: pass\nwhile 1: continue\n', '<f>', 'exec')
compile('global a\nimport b.c as d\nfrom e import f, g as h\ndel i, j[0]\nassert k, l\n', '<f>', 'exec')
compile('[a for b in c if d]; {e: f for g in h}; {i for j in k}; (l for m in n)', '<f>', 'exec')
compile('x = 1 if y else 2; z = not a and b or c; d = e < f <= g is not h not in i', '<f>', 'exec')
compile('"abc\\n\\x41\\u20ac\\N{BULLET}" b"abc" r"\\d"' if False else '"abc\\n\\x41\\u20ac\\N{BULLET}"', '<f>', 'eval')
compile('1234567890123456789012345678901234567890 + 1.5e10 + 3j + 0xff', '<f>', 'eval')
__import__('ast').dump(__import__('ast').parse('a = b + f(c, *d, e=1)[2:3].g'))
__import__('ast').unparse(__import__('ast').parse('a = [b for c in d]'))
__import__('ast').literal_eval("{'a': [1, 2.5, (None, b'x')]}")
__import__('symtable').symtable('def f(a): return a + b', '<f>', 'exec').get_children()[0].get_locals()
__import__('dis').Bytecode('a = b + 1').dis()
[i.opname for i in __import__('dis').get_instructions('for i in a: print(i)')]
list(__import__('tokenize').generate_tokens(iter(['a = b + 1\n', 'if x:\n', '  y\n']).__next__))
print('abc', 1000, file=__import__('io').StringIO())
open('/dev/null').close()
open('/dev/null', 'rb').read()
open('/dev/null', 'r+b', buffering=0).readinto(bytearray(3))
open('/dev/null', 'w', encoding='utf-8').write('abc')
open(__import__('os').__file__, encoding='utf-8').readline()
open(__import__('os').__file__, 'rb').readlines(100)
__import__('io').StringIO('a\nb\nc').readlines()
__import__('io').BytesIO(b'a\nb\nc').readlines()
__import__('io').TextIOWrapper(__import__('io').BytesIO(b'a\r\nb\r\nc')).read()
list(__import__('io').TextIOWrapper(__import__('io').BytesIO(b'a\r\nb\r\nc'), newline='', encoding='latin-1'))
__import__('io').BufferedReader(__import__('io').BytesIO(b'abc' * 100)).read(5)
__import__('io').IncrementalNewlineDecoder(None, True).decode('a\r\nb')
__import__('io').open_code('/dev/null').read()
__import__('re').compile('(a|b)*c+?(?P<x>[d-f]{2,3})').search('abcddd').groupdict()
__import__('re').sub(r'(\w+) (\w+)', r'\2 \1', 'hello world')
__import__('re').split('[,;]', 'a,b;c')
__import__('re').findall('(a)(b)?', 'abaab')
[m.span() for m in __import__('re').finditer('a+', 'aabaa')]
__import__('_sre').compile('a', 0, [13, 97, 1], 0, {}, (None,)) if False else __import__('re').match('(a)(?:b|(c))', 'ac').groups()
__import__('pickle').dumps([1, 2.5, 'abc', (1,), {'a': {1, 2}}, None, True, 2 ** 100, b'x'])
__import__('pickle').loads(__import__('pickle').dumps([1, 2.5, 'abc', (1,), {'a': {1, 2}}, 2 ** 100, b'x']))
__import__('pickle').loads(__import__('pickle').dumps({'a': [1], 'b': (2, 'c')}, 0))
__import__('pickle').dumps(__import__('fractions').Fraction(1, 3), 2)
__import__('copy').deepcopy([1, [2, {'a': (3, [4])}]])
__import__('copy').copy({'a': 1}), __import__('copy').copy([1])
__import__('marshal').loads(__import__('marshal').dumps([1, 2.5, 'abc', (1, b'x'), {'a': {1}}, 2 ** 100, 1j]))
__import__('marshal').loads(__import__('marshal').dumps(compile('def f(a): return [a]', 'f', 'exec'))).co_names
__import__('json').loads('{"a": [1, 2.5, "x\\u20ac", null, true], "b": {}}')
__import__('json').dumps({'a': [1, 2.5, 'x\u20ac', None, True], 'b': {}}, indent=1)
__import__('struct').pack('<iq5sd', 1, 2 ** 40, b'abc', 2.5)
__import__('struct').unpack('>hI3s', b'abcdefghi')
list(__import__('struct').iter_unpack('H', b'abcdef'))
__import__('array').array('d', [1.5, 2.5]) + __import__('array').array('d', [3.5])
__import__('array').array('u', 'abc').tounicode(), __import__('array').array('i', range(50)).tolist()
__import__('collections').deque(range(200), maxlen=150)
__import__('collections').OrderedDict([('a', 1), ('b', 2)])
__import__('collections').defaultdict(list, {'a': [1]})['b']
__import__('collections').Counter('abracadabra').most_common(2)
__import__('collections').namedtuple('P', 'x y')(1, 2)._replace(x=3)
__import__('collections').ChainMap({'a': 1}, {'b': 2})['b']
list(__import__('itertools').chain([1000], (2000,), 'a'))
list(__import__('itertools').combinations(range(5), 3))
list(__import__('itertools').permutations('abc', 2))
list(__import__('itertools').product('ab', repeat=3))
[(k, list(g)) for k, g in __import__('itertools').groupby('aabbc')]
list(__import__('itertools').accumulate([1000, 2000, 3000]))
[list(i) for i in __import__('itertools').tee([1000, 2000], 3)]
list(__import__('itertools').islice(__import__('itertools').count(10 ** 20), 3))
list(__import__('itertools').zip_longest('ab', 'c', fillvalue=1000))
list(__import__('itertools').cycle and __import__('itertools').islice(__import__('itertools').cycle([1, 2]), 5))
list(__import__('itertools').starmap(pow, [(2, 100), (3, 50)])), list(__import__('itertools').pairwise('abc'))
__import__('functools').reduce(lambda a, b: a + b, [[1], [2], [3]])
__import__('functools').partial(dict, a=1)(b=2)
__import__('functools').lru_cache(lambda x: [x])(1000)
sorted('cab', key=__import__('functools').cmp_to_key(lambda a, b: (a > b) - (a < b)))
__import__('operator').attrgetter('real', 'imag')(1.5), __import__('operator').itemgetter(1, 2)('abc')
__import__('operator').methodcaller('split', ',')('a,b')
__import__('heapq').nsmallest(3, range(1000, 1020)), __import__('heapq').merge and list(__import__('heapq').merge([1, 3], [2]))
__import__('bisect').insort([1, 2, 3], 2)
__import__('math').factorial(100), __import__('math').comb(100, 50), __import__('math').gcd(2 ** 100, 6 ** 50)
__import__('math').fsum([0.1] * 50), __import__('math').isqrt(10 ** 50), __import__('math').prod([10 ** 20] * 5)
__import__('math').log(10 ** 400), __import__('math').dist([1.0, 2.0], [3.0, 4.0]), __import__('math').perm(30, 10)
__import__('cmath').sqrt(-1), __import__('cmath').polar(1j)
__import__('random').Random(1).sample(range(100), 5)
__import__('random').Random(1).getstate()[0], __import__('random').Random('x').random()
__import__('datetime').datetime(2020, 1, 2, 3, 4, 5).isoformat()
__import__('datetime').datetime.fromisoformat('2020-01-02T03:04:05+01:00') + __import__('datetime').timedelta(1)
__import__('datetime').datetime.strptime('2020-01-02', '%Y-%m-%d').strftime('%A %d')
repr(__import__('datetime').timezone(__import__('datetime').timedelta(hours=1))), __import__('datetime').date(2020, 1, 1).replace(year=2021)
__import__('time').strftime('%Y', (2020, 1, 1, 0, 0, 0, 0, 1, 0)), __import__('time').gmtime(0)
__import__('decimal').Decimal('1.1') ** 10
__import__('fractions').Fraction('1/3') + 2
__import__('hashlib').md5(b'abc').hexdigest(), __import__('hashlib').sha3_256(b'abc').digest()
__import__('_blake2').blake2b(b'abc').hexdigest(), __import__('_sha512').sha512(b'x').copy().hexdigest()
__import__('zlib').decompress(__import__('zlib').compress(b'abc' * 100))
__import__('zlib').compressobj().compress(b'abc'), __import__('zlib').decompressobj().unused_data
__import__('binascii').b2a_base64(b'abc'), __import__('binascii').unhexlify('6162'), __import__('base64').b64decode('YWJj')
__import__('unicodedata').normalize('NFKD', '\xe9\ufb01'), __import__('unicodedata').name('a'), __import__('unicodedata').lookup('BULLET')
list(__import__('csv').reader(['a,b,"c d"', '1,2,3']))
__import__('csv').writer(__import__('io').StringIO()).writerow(['a', 1, 'x,y', 2.5])
__import__('xml.etree.ElementTree').etree.ElementTree.fromstring('<a b="1"><c>x</c>y</a>').find('c').text
__import__('xml.etree.ElementTree').etree.ElementTree.tostring(__import__('xml.etree.ElementTree').etree.ElementTree.XML('<a>&lt;</a>'))
__import__('pyexpat').ParserCreate().Parse('<a/>', True)
__import__('weakref').ref(type('T', (), {})())
__import__('weakref').WeakValueDictionary(), __import__('weakref').WeakSet()
__import__('weakref').proxy(int), __import__('weakref').getweakrefs(int)
__import__('threading').Lock().acquire(), __import__('threading').RLock().acquire()
__import__('threading').Thread(target=len, args=([],), name='x').name
__import__('contextvars').copy_context().run(len, 'abc')
__import__('contextvars').ContextVar('x', default=1000).get()
__import__('string').Template('$a b').substitute(a=1000), list(__import__('string').Formatter().parse('{a!r:b}c'))
__import__('textwrap').fill('abc def ' * 10, 20)
__import__('inspect').signature(lambda a, b=1, *c, d: 0)
__import__('traceback').format_list(__import__('traceback').extract_stack())[:0]
__import__('warnings').catch_warnings().__enter__() if False else __import__('warnings').filters[:0]
__import__('os').listdir('/proc/self')[:0], __import__('os').stat('/').st_mode, __import__('os').getcwd()
__import__('os').path.join('a', 'b'), __import__('os').path.abspath('x'), __import__('os').path.splitext('a.b')
__import__('os').environ.get('HOME'), __import__('os').fsencode('x'), __import__('os').urandom(0)
[e.name for e in __import__('os').scandir('/')][:0]
__import__('os').get_terminal_size and __import__('os').uname().sysname, __import__('os').sysconf('SC_PAGESIZE')
__import__('pathlib').Path('/a/b') / 'c', __import__('pathlib').Path('a.b').with_suffix('.c')
__import__('tempfile').gettempdir(), __import__('shutil').which('sh')
__import__('sys')._getframe().f_locals.keys() and __import__('sys').getsizeof([])
__import__('sys').exc_info(), __import__('sys').getrecursionlimit(), __import__('sys').intern('abc' + 'def')
__import__('gc').get_objects(0)[:0], __import__('gc').get_referrers(object()), len(__import__('gc').get_stats())
__import__('socket').socket().close(), __import__('socket').inet_aton('1.2.3.4')
__import__('select').select([], [], [], 0), __import__('select').poll().poll(0)
__import__('signal').getsignal(2), __import__('signal').valid_signals()
__import__('locale').localeconv(), __import__('locale').getlocale()
__import__('codecs').lookup('utf-8'), __import__('codecs').getincrementaldecoder('utf-16')().decode(b'a')
__import__('codecs').open('/dev/null', encoding='utf-8').read(), __import__('codecs').escape_decode(b'\\x41')
__import__('dataclasses').make_dataclass('D', ['x', ('y', int, 5)])(1)
__import__('enum').Enum('E', 'A B C').A
__import__('abc').ABCMeta('A', (), {}).register(int)
__import__('types').SimpleNamespace(a=1, b=[2]), __import__('types').MappingProxyType({'a': 1}) | {'b': 2}
__import__('types').new_class('C', (), {}, lambda ns: ns.update(a=1)), __import__('types').ModuleType('m').__dict__
__import__('types').FunctionType(compile('1', 'f', 'eval'), {})(), __import__('types').CellType(1)
__import__('types').MethodType(len, [1, 2])(), __import__('types').coroutine(lambda: 1)
__import__('argparse').ArgumentParser().parse_args([])
__import__('logging').getLogger('x.y').name, __import__('logging').LogRecord('a', 1, 'b', 2, 'c', (), None).getMessage()
__import__('urllib.parse').parse.urlparse('http://a.b/c?d=e#f').netloc
__import__('statistics').mean([1, 2, 4]), __import__('statistics').NormalDist(0, 1).inv_cdf(0.3)
__import__('ipaddress').ip_address('1.2.3.4'), __import__('uuid').UUID(int=5)
__import__('difflib').SequenceMatcher(None, 'abcd', 'bcde').ratio()
__import__('email.message').message.EmailMessage().as_string()
__import__('html').escape('<a>'), __import__('html.parser').parser.HTMLParser().feed('<a b=c>d')
__import__('shlex').split('a "b c"'), __import__('fnmatch').filter(['a.b'], '*.b')
__import__('pprint').pformat({'a': [1] * 30}), __import__('reprlib').repr([1] * 50)
__import__('linecache').getline(__import__('os').__file__, 1)
__import__('configparser').ConfigParser().read_string('[a]\nb=c')
__import__('ctypes').c_int(5).value
__import__('sqlite3').connect(':memory:').execute('select 1, "a", 2.5').fetchall()
__import__('_struct').Struct('i').pack(1), __import__('_opcode').stack_effect(100, 0)
__import__('importlib.util').util.find_spec('os').name
__import__('importlib').import_module('keyword').kwlist[:0]
__import__('importlib').reload(__import__('keyword')).kwlist[:0]
'''

PARAGRAPHS = r'''
a = []
for i in range(100): a.append(i * 1000)
a.insert(3, 'x'); a.extend('abc'); a += (1, 2); a[1:3] = range(1000, 1010); del a[::7]
a.sort(key=str); a.reverse(); a.remove('x')
return a

d = {}
for i in range(100): d[i * 1000] = str(i)
for i in range(0, 100, 3): del d[i * 1000]
d.update(a=1); d.setdefault('b', []).append(1); d |= {'c': 2}; d.pop('a'); d.popitem()
return d

s = set()
for i in range(100): s.add(i * 1000)
s.update([1, 2], 'ab'); s.discard(1); s -= {2}; s |= {'z'}; s &= set(range(0, 50000, 1000)); s ^= {5}
return sorted(s)

b = bytearray()
for i in range(100): b.append(i)
b += b'xyz' * 50; b.extend([1, 2, 3]); b[3:5] = b'long piece'; del b[::5]; b.insert(1, 9); b.reverse()
return bytes(b)

def f(a, b=[1000], *args, c=2000, **kw):
    return a, b, args, c, kw
return f(1), f(1, 2, 3, 4), f(1, c=3, d=4), f(*[1, 2, 3], **{'x': 5})

def outer():
    x = [1000]
    def inner():
        nonlocal x
        x = x + [2000]
        return x
    return inner
return outer()()

def g():
    x = yield 1000
    try:
        yield x
    finally:
        x = [x]
it = g()
r = [next(it), it.send('y')]
it.close()
return r

def g():
    try:
        yield 1000
    except ValueError as e:
        yield str(e)
it = g(); next(it)
return it.throw(ValueError('a'))

def g(n):
    if n: yield from g(n - 1)
    yield n * 1000
return list(g(5))

async def f(x): return [x]
async def g():
    return [await f(1000), await f(2000)]
c = g()
try: c.send(None)
except StopIteration as e: return e.value

async def agen():
    for i in range(3): yield i * 1000
async def main():
    return [i async for i in agen()]
try: main().send(None)
except StopIteration as e: return e.value

class A:
    """doc"""
    x: int = 1
    def __init__(self, a): self.a = a; self.b = [a]
    def m(self): return self.a, self.x
    def p(self): return self.b
    @classmethod
    def c(cls): return cls.__name__
    @staticmethod
    def s(): return 1000
a = A(5)
a.z = 7
return a.m(), a.p(), a.c(), A.s(), sorted(a.__dict__), A.__annotations__

class A:
    __slots__ = ('x', 'y', '__dict__', '__weakref__')
    def __repr__(self): return 'A()'
a = A(); a.x = 1000; a.q = 2000
del a.x
return repr(a), hasattr(a, 'x'), a.__dict__

class M(type):
    def __prepare__(name, bases, **kw): return dict(kw)
    def __new__(m, name, bases, ns, **kw): return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw): super().__init__(name, bases, ns)
class A(metaclass=M, k=1): pass
class B(A): 
    def __init_subclass__(cls, **kw): cls.sub = kw
class C(B, z=3): pass
return C.sub, C.k, C.__mro__[0].__name__

class D:
    name = 'd'
    def __get__(self, o, t): return self.name, o is None
    def __set__(self, o, v): o.__dict__[self.name] = v
class A: d = D()
a = A(); a.d = 5
return a.d, A.d, a.__dict__

class A:
    def __getattr__(self, name): return name * 2
    def __setattr__(self, name, value): object.__setattr__(self, name, [value])
    def __delattr__(self, name): object.__delattr__(self, name)
a = A(); a.x = 5; x = a.x; del a.x
return x, a.x

class A:
    def __add__(self, o): return 'add'
    def __radd__(self, o): return 'radd'
    def __lt__(self, o): return True
    def __eq__(self, o): return NotImplemented
    def __hash__(self): return 5
    def __len__(self): return 3
    def __getitem__(self, i): return i if i < 3 else [][0]
    def __contains__(self, x): return True
    def __call__(self, *a): return a
    def __bool__(self): return False
    def __index__(self): return 1
a = A()
return a + 1, 1 + a, a < a, a == a, {a: 1}[a], len(a), list(a), 5 in a, a(1, 2), not a, [1, 2][a]

class L(list):
    def append(self, x): super().append([x])
l = L([1]); l.append(2); l.attr = 5
return l, l.attr, l[0:1], l * 2

class T(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
return T(1000, 2000) + (3,), T(1), hash(T(1, 2))

class I(int): pass
class S(str): pass
class F(float): pass
class D(dict):
    def __missing__(self, k): return [k]
return I(1000) + 1, S('abc') + 'd', F(1.5) * 2, D(a=1)['b'], {S('a'): 1}['a'], int(I(5)), str(S('x'))

try:
    raise ValueError('a', [1000])
except ValueError as e:
    return e.args, str(e), repr(e)

try:
    try: [][0]
    except IndexError as e: raise KeyError('x') from e
except KeyError as e:
    return repr(e.__cause__), e.__traceback__ is not None

try:
    try: {}['x']
    finally: x = [1000]
except KeyError as e:
    return repr(e), x

try: raise ExceptionGroup('g', [ValueError(1), TypeError(2), ExceptionGroup('h', [ValueError(3)])])
except* ValueError as g: r = g
except* TypeError as g: r2 = g
return repr(r), repr(r2)

g = ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [TypeError(2)])])
return repr(g.split(ValueError)), repr(g.subgroup(TypeError)), repr(g.derive([OSError(1)]))

try: open('/no/such/file')
except OSError as e: return e.errno, e.filename, str(e)

try: int('x')
except ValueError as e: e.add_note('n'); return str(e), e.__notes__

try: None.nothing
except AttributeError as e: return e.name, str(e)

try: unknown_name
except NameError as e: return e.name, str(e)

try: 'a\udc80'.encode()
except UnicodeEncodeError as e: return str(e), e.object

try: b'\xff'.decode()
except UnicodeDecodeError as e: return str(e), e.start

try: compile('a = (1,\nb c', '<f>', 'exec')
except SyntaxError as e: return str(e), e.lineno, e.text

try: compile('if x:\npass', '<f>', 'exec')
except IndentationError as e: return str(e), e.lineno

try: import no_such_module_at_all
except ImportError as e: return e.name, str(e)

try: from os import no_such_name_at_all
except ImportError as e: return e.name, str(e)

# import traceback
try: [][0]
except IndexError as e: return len(traceback.format_exception(e))

import sys
def f(n): return f(n + 1)
old = sys.getrecursionlimit()
try: sys.setrecursionlimit(60); f(0)
except RecursionError as e: r = str(e)
finally: sys.setrecursionlimit(old)
return r

class E:
    def __enter__(self): return [1000]
    def __exit__(self, t, *a): return t is ValueError
with E() as x, E() as y: raise ValueError
return x, y

# import contextlib
@contextlib.contextmanager
def c():
    yield [1000]
with c() as x, contextlib.suppress(KeyError), contextlib.ExitStack() as s:
    s.callback(len, [])
    {}['a']
return x

match {'a': [1, 2, 3], 'b': (4.5, 'x')}:
    case {'a': [x, *rest], 'b': (float(y), str() as z), **more}: return x, rest, y, z, more

# import dataclasses
@dataclasses.dataclass
class P:
    x: int
    y: list = dataclasses.field(default_factory=list)
match P(1, [2]):
    case P(x=a, y=[b]): return a, b, repr(P(1)), P(1) == P(1)

a, (b, *c), d = 1, (2, 3, 4), [5]
[e, f] = 'xy'
return a, b, c, d, e, f

x = y = [i ** 20 for i in range(5)]
x += [1]
return x is y, [*x, *y], {*x}, (*x,), max(x), min(y), sum(x), any(x), all(x)

exec('a = [1000]\ndef f(): return a\nr = f()', ns := {})
return ns['r']

import importlib, sys
sys.modules.pop('colorsys', None)
import colorsys
return colorsys.rgb_to_hsv(1, 0, 0)

import sys
for name in ('_bisect', '_statistics', '_heapq'): sys.modules.pop(name, None)
import _bisect, _statistics, _heapq
return _bisect.bisect_left([1, 2], 1)

import sys
sys.modules.pop('_json', None)
import _json
return _json.scanstring('"abc"', 1)

# END = '    try:\n        try: return ", ".join(map(str, a[:40]))\n        finally: a.append({})\n'
# END += '    except ValueError: return 0\n    finally: a.append(str(x) * 2)\n'
# exec('def far(x):\n    a = [' + 'x + 1, ' * 400 + ']\n' + END)
return far(70000)

import weakref
class A: pass
log = []
a = A(); r = weakref.ref(a, log.append); p = weakref.proxy(a); p.x = 5
f = weakref.finalize(a, log.append, 1000)
w = weakref.WeakKeyDictionary(); w[a] = 1
del a
return len(log), r(), len(w)

class A:
    def __del__(self): log.append(1000)
log = []
A(); a = A(); a.me = a; del a
import gc; gc.collect()
return log

a = []; a.append(a); b = {}; b['b'] = b
import gc
r = repr(a), repr(b)
del a, b
gc.collect()
return r

# ONE = True
import sys
def tracer(frame, event, arg): return tracer
def f(): return [1000]
old = sys.gettrace()
sys.settrace(tracer)
try: r = f()
finally: sys.settrace(old)
return r

# ONE = True
import sys
log = []
def f(): return [len('abc')]
sys.setprofile(lambda *a: None)
try: r = f()
finally: sys.setprofile(None)
return r

# import io
f = io.StringIO()
f.write('abc\n'); f.write('d' * 500); f.seek(0)
return f.readline(), f.read(5), f.getvalue()[:10], f.tell()

# import io
f = io.BytesIO()
f.write(b'abc\n'); f.write(b'd' * 500); f.seek(0)
v = f.getbuffer(); x = bytes(v[:3]); v.release()
return x, f.readline(), f.read(5), f.getvalue()[:10], f.tell()

# import tempfile
with tempfile.TemporaryFile('w+', encoding='utf-8') as f:
    f.write('abc\u20ac\n' * 50); f.seek(0); a = f.readline(); t = f.tell(); f.seek(t)
    return a, f.read(10), len(f.readlines())

# import tempfile
with tempfile.TemporaryFile() as f:
    f.write(b'abc' * 5000); f.flush(); f.seek(3); b = bytearray(5); f.readinto(b)
    return f.read(10), f.peek(1)[:1], b, f.truncate(20)

# import pickle, collections
# P = collections.namedtuple('P', 'x y'); P.__module__ = __name__; globals()['P'] = P
class A:
    def __reduce__(self): return (list, ('abc',), None, iter([1000]))
return pickle.loads(pickle.dumps([A(), {1: A()}])), pickle.loads(pickle.dumps(set('ab'), 1)) == set('ab')

# import functools
@functools.lru_cache(maxsize=2)
def f(x, y=1): return [x, y]
for i in range(5): f(i, y=2)
@functools.singledispatch
def g(x): return 1
g.register(int, lambda x: 2)
return f.cache_info(), g(1), g('a')

# import itertools
a, b = itertools.tee(iter(range(100)))
g = itertools.groupby(range(10), lambda x: x // 3)
return list(a)[:3], list(b)[-1], [len(list(v)) for k, v in g], list(itertools.batched('ab', 1)) if 0 else list(itertools.compress('abc', [1, 0, 1]))

# import collections
d = collections.deque()
for i in range(200): d.append(i); d.appendleft(-i)
d.rotate(50); d.insert(3, 'x'); d.remove('x'); del d[5]; d.extend('ab'); d.extendleft('cd')
return list(d)[:5], d.copy().pop(), d == d, (d + d).count(5)

# import collections
o = collections.OrderedDict()
for i in range(50): o[i * 1000] = i
o.move_to_end(0); o.popitem(last=False); del o[5000]; o.update(a=1)
return list(o)[:3], list(reversed(o))[:2], o.copy() == o, repr(o)[:20], list(o.items())[-1]

# import struct, array
a = array.array('i')
for i in range(50): a.append(i)
a.extend(range(5)); a[1:3] = array.array('i', [7, 8, 9]); a.insert(0, 1); a.frombytes(b'abcd'); a.byteswap()
return a.tolist()[:3], a.index(a[3]), memoryview(a)[1:3].tolist(), (a * 2)[-1], a.buffer_info()[1], repr(a)[:5]

# import ctypes
class S(ctypes.Structure): _fields_ = [('a', ctypes.c_int), ('b', ctypes.c_char_p)]
s = S(5, b'x'); p = ctypes.pointer(s)
return p.contents.a, s.b, ctypes.sizeof(S), ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 3)()

# import typing
T = typing.TypeVar('T')
class G(typing.Generic[T]):
    x: 'T'
def f(a: int, b: 'str' = 1) -> list[int]: pass
return G[int], typing.get_type_hints(f), typing.Optional[int], list[T][int], typing.Callable[[int], str]

# import enum
class C(enum.IntFlag):
    A = 1
    B = 2
return C.A | C.B, C(3), C['A'], list(C)

# import abc, collections.abc
class A(abc.ABC):
    @abc.abstractmethod
    def f(self): pass
class B(A):
    def f(self): return 1
try: A()
except TypeError as e: r = str(e)
return r, B().f(), isinstance([], collections.abc.Sequence), issubclass(dict, collections.abc.Mapping)

# import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    warnings.warn('abc', UserWarning)
    exec('"\\d"')
return [str(x.message) for x in w]

# import codecs
def handler(e): return ('?' * 5, e.end)
codecs.register_error('stress', handler)
return 'a\u20ac'.encode('ascii', 'stress'), b'a\xff'.decode('ascii', 'stress'), codecs.charmap_encode('ab', 'strict', {97: b'x', 98: 121})

import sys
f = sys._getframe()
return f.f_code.co_name, 'f' in f.f_locals, f.f_lineno > 0, list(f.f_code.co_lines())[:1], list(f.f_code.co_positions())[:1]

def f(a, b): 
    c = a + b
    return c
code = f.__code__.replace(co_name='g', co_consts=f.__code__.co_consts + (1000,))
f.__code__ = code; f.__defaults__ = (5,); f.__kwdefaults__ = {}; f.__annotations__ = {'a': int}; f.x = 1
return f(1), f.__code__.co_name, f.__dict__, hash(code) == hash(code), code == code

m = memoryview(bytearray(b'abcdef' * 10))
with m: 
    m[1:3] = b'XY'; n = m[::2]; o = m.cast('B', [6, 10])
    return n.tolist()[:3], o.tolist()[0][:2], o.shape, m.toreadonly().readonly, m == m[:]

# import xml.etree.ElementTree as E
r = E.Element('a', {'b': 'c'})
for i in range(10): E.SubElement(r, 'x', n=str(i)).text = 'text'
r.insert(0, E.Comment('c')); r.remove(r[1]); r[2:4] = []
return E.tostring(r), len(r.findall('x')), [e.tag for e in r.iter('x')], ''.join(r.itertext()), r.find("x[@n='5']").get('n')

# import xml.etree.ElementTree as E
p = E.XMLPullParser(['start', 'end', 'comment'])
p.feed('<a><b>x</b><!-- c --></a>')
return [(e, t.text) for e, t in p.read_events()]

# import xml.parsers.expat as E
log = []
p = E.ParserCreate(namespace_separator='!')
p.buffer_text = True
p.StartElementHandler = lambda n, a: log.append((n, a)); p.EndElementHandler = log.append
p.CharacterDataHandler = log.append; p.CommentHandler = log.append; p.StartNamespaceDeclHandler = lambda a, b: log.append(b)
p.Parse('<?xml version="1.0" encoding="iso-8859-1"?><a xmlns="u" b="c">d&#8364;<!--e--></a>', True)
return log

# import socket
a, b = socket.socketpair()
with a, b:
    a.sendall(b'abc'); x = b.recv(10); b.sendmsg([b'd', b'e']); y = a.recvmsg(10, 100); a.send(b'f'); z = bytearray(3)
    return x, y[0], b.recv_into(z), a.getsockname(), b.gettimeout()

# import subprocess
return subprocess.run(['/bin/true']).returncode

# import os
r, w = os.pipe()
try: os.write(w, b'abc'); return os.read(r, 10), os.fstat(r).st_size, os.readv(r, []) if 0 else None
finally: os.close(r); os.close(w)

# import sqlite3
c = sqlite3.connect(':memory:')
try:
    c.execute('create table t (a, b)'); c.executemany('insert into t values (?, ?)', [(1, 'x'), (2.5, b'y')])
    return c.execute('select * from t').fetchall()
finally: c.close()

# import tracemalloc
tracemalloc.start()
try: a = [[] for i in range(10)]; return len(tracemalloc.take_snapshot().traces) > 0
finally: tracemalloc.stop()

import sys
sys.modules.pop('textwrap', None)
import textwrap
return textwrap.dedent('  a')

import runpy
return sorted(runpy.run_path('/usr/lib/python3.11/keyword.py'))[:1]

import gc
class N: pass
n = [N() for i in range(20)]
for i in n: i.others = n
ids = len(gc.get_referrers(n[0])) > 0, len(gc.get_referents(n)) > 0
del n, i
return gc.collect() > 0, ids

b = __import__('builtins')
return b.__build_class__(lambda: None, 'X').__name__, b.__import__('os.path', fromlist=['join']).join('a', 'b')

import _thread
l = _thread.allocate_lock(); loc = _thread._local(); loc.x = [1000]
with l: pass
return loc.x, l.locked(), _thread.RLock()._is_owned()

return sorted([(3, 'a'), (1, 'b'), (2, 'c')] * 5), sorted([[2], [1]]), sorted({'b': 1, 'a': 2}), sorted('hello', key=ord)

l = list(range(500)); l.sort(key=lambda x: -x)
try: l.sort(key=lambda x: [1, 'a'][x % 2])
except TypeError as e: return str(e), l[0]

class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return [self.v] < [o.v]
return [k.v for k in sorted(map(K, [5, 3, 9, 1] * 10))][:3]

def f():
    x = 1
    class A:
        y = x
        def g(self): return __class__, x
    return A().g()[1], [x + i for i in range(3)], locals().keys() and 1
return f()

from operator import itemgetter
x = [dict(a=i, b=str(i)) for i in range(10)]
x.sort(key=itemgetter('b'), reverse=True)
return x[0], {k: v for d in x for k, v in d.items()}

s = 'x'
for i in range(300): s += chr(i + 65)
return len(s), s[-1]

s = ''
for i in range(50): s += '%d,' % i
b = b''
for i in range(50): b += b'x'
return s, b

x = 1
for i in range(1, 60): x *= i
while x: x //= 1000003
return x

def f(*, a, b): pass
r = []
for args, kw in (((1,), {}), ((), {'a': 1}), ((), {'c': 1}), ((), {'a': 1, 'b': 2, 'd': 3})):
    try: f(*args, **kw)
    except TypeError as e: r.append(str(e))
return r

r = []
for f in (lambda: len(), lambda: len(1), lambda: 'a' + 1, lambda: [] + (), lambda: {}[[]], lambda: int([]), lambda: 1(), lambda: None[0],
          lambda: 1 < 'a', lambda: ''.join([1]), lambda: (1).x, lambda: [].pop(), lambda: 1 / 0, lambda: chr(-1), lambda: iter(1),
          lambda: dict([1]), lambda: range('a'), lambda: int('x' * 50), lambda: 'abc'.index('z'), lambda: next(iter([]))):
    try: f()
    except MemoryError: raise
    except Exception as e: r.append(repr(e))
return r
'''


def snippets():
    """-> a list of (name, lines to run once, lines of the body)"""
    result = []
    for line in ONE_LINE.strip().splitlines():
        result.append((line, [], ['return ' + line]))
    for text in PARAGRAPHS.strip().split('\n\n'):
        lines = text.splitlines()
        before = [line[1:].strip() for line in lines if line.startswith('#')]
        body = [line for line in lines if not line.startswith('#')]
        result.append((' / '.join(body)[:70], before, body))
    return result
