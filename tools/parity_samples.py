"""One expression for each kind of instance that built-in types can make; read by parity_names.py."""
import collections
import functools
import itertools
import operator
import sys
import types
import weakref


def make(expression):
    return eval(expression, dict(globals()))


class Plain:
    """A class with a dict."""

    def method(self):
        return self


class Slots:
    __slots__ = ('a', '__weakref__')


class Sequence:
    def __getitem__(self, index):
        raise IndexError

    def __len__(self):
        return 0


class Meta(type):
    pass


class Keyed:
    def keys(self):
        return ['a']

    def __getitem__(self, key):
        return 1


def plain():
    pass


def generator():
    yield 1


async def coroutine():
    pass


async def async_generator():
    yield 1


@types.coroutine
def yields():
    yield 1


def module(name):
    return __import__(name, fromlist=['x'])


def closed(co):
    """A coroutine that will not complain when it goes."""
    ALIVE.append(co)
    return co


ALIVE = []


def cell(value=None):
    return (lambda: value).__closure__[0]


def frame():
    return sys._getframe()


def caught(function, *args):
    try:
        function(*args)
    except BaseException as error:
        return error


def awaited(awaitable):
    try:
        awaitable.send(None)
    except StopIteration:
        pass
    return awaitable


INSTANCE = Plain()
GENERATOR = generator()
CORO = coroutine()
AGEN = async_generator()
CORO.close()


def stderr_printer():
    """The type of the stream that errors of start-up go to."""
    import gc
    for cls in object.__subclasses__():
        if cls.__name__ == 'stderrprinter':
            return cls
    raise LookupError('stderrprinter')


EXPRESSIONS = [line.strip() for line in r'''
    object()
    None
    NotImplemented
    Ellipsis
    True
    0
    10 ** 30
    1.5
    1.5j
    ''
    'abc'
    '\u20ac'
    '\U0001f600'
    b''
    b'abc'
    bytearray()
    bytearray(b'abc')
    memoryview(b'abc')
    memoryview(b'abcd').cast('H')
    []
    [1, 2]
    ()
    (1, 2)
    {}
    {'a': 1}
    {1, 2}
    set()
    frozenset()
    frozenset([1])
    range(3)
    range(10 ** 20)
    slice(1, 2)
    slice(None)
    {'a': 1}.keys()
    {'a': 1}.values()
    {'a': 1}.items()
    iter({'a': 1})
    iter({'a': 1}.values())
    iter({'a': 1}.items())
    reversed({'a': 1})
    reversed({'a': 1}.values())
    reversed({'a': 1}.items())
    iter([1, 2])
    reversed([1, 2])
    iter((1, 2))
    iter('abc')
    iter('\u20ac')
    iter(b'abc')
    iter(bytearray(b'abc'))
    iter(memoryview(b'abc'))
    iter({1})
    iter(frozenset([1]))
    iter(range(3))
    iter(range(10 ** 20))
    reversed(range(3))
    reversed(range(10 ** 20))
    iter(Sequence())
    reversed(Sequence())
    reversed((1, 2))
    reversed('abc')
    iter(plain, 1)
    enumerate([1])
    enumerate([1], 10 ** 20)
    zip([1], [2])
    zip([1], strict=True)
    map(len, [''])
    filter(None, [1])
    property(len)
    property(doc='x')
    classmethod(len)
    staticmethod(len)
    classmethod(plain)
    staticmethod(plain)
    super(Plain, INSTANCE)
    super(Plain)
    type
    Plain
    Meta
    Meta('C', (), {})
    INSTANCE
    Plain.method
    INSTANCE.method
    Slots()
    Slots.a
    plain
    plain.__code__
    generator()
    closed(coroutine())
    closed(coroutine()).__await__()
    async_generator()
    async_generator().__anext__()
    async_generator().asend(1)
    async_generator().athrow(ValueError)
    async_generator().aclose()
    AGEN.__aiter__()
    aiter(AGEN)
    anext(AGEN)
    anext(AGEN, 1)
    (x for x in ())
    (x async for x in AGEN)
    yields()
    cell()
    types.CellType()
    types.CellType(1)
    frame()
    sys._getframe()
    caught(len).__traceback__
    caught(len)
    len
    [].append
    list.append
    list.__len__
    [].__len__
    dict.fromkeys
    dict.__dict__['fromkeys']
    str.__dict__['maketrans']
    object.__new__
    int.__add__
    (1).__add__
    int.real
    type.__dict__['__module__']
    type.__dict__['__basicsize__']
    plain.__get__
    types.FunctionType.__code__
    Plain.__dict__
    type.__dict__
    types.MappingProxyType({'a': 1})
    types.SimpleNamespace()
    types.SimpleNamespace(a=1)
    types.GenericAlias(list, int)
    list[int]
    dict[str, int]
    iter(list[int])
    tuple[int, ...]
    int | str
    int | None
    module('sys')
    types.ModuleType('m')
    types.ModuleType('m', 'doc')
    weakref.ref(Plain)
    weakref.ref(INSTANCE)
    weakref.proxy(INSTANCE)
    weakref.proxy(plain)
    weakref.WeakMethod(INSTANCE.method)
    BaseException()
    BaseException(1, 2)
    Exception('x')
    ValueError('x')
    KeyError('x')
    OSError(2, 'x', 'y')
    OSError(2, 'x')
    OSError()
    OSError(2, 'x', 'y', None, 'z')
    FileNotFoundError(2, 'x')
    BlockingIOError(11, 'x', 3)
    ImportError('x', name='y', path='z')
    ImportError()
    ModuleNotFoundError('x', name='y')
    StopIteration(1)
    StopAsyncIteration()
    SystemExit(1)
    SystemExit()
    NameError('x', name='y')
    NameError()
    UnboundLocalError()
    AttributeError('x', name='y', obj=3)
    AttributeError('x')
    SyntaxError()
    SyntaxError('x', ('f', 1, 2, 't'))
    SyntaxError('x', ('f', 1, 2, 't', 3, 4))
    IndentationError('x')
    TabError('x')
    UnicodeDecodeError('u', b'', 0, 1, 'r')
    UnicodeEncodeError('u', '', 0, 1, 'r')
    UnicodeTranslateError('', 0, 1, 'r')
    MemoryError()
    RecursionError()
    ExceptionGroup('x', [ValueError(1)])
    BaseExceptionGroup('x', [KeyboardInterrupt()])
    Warning()
    EncodingWarning()
    sys.flags
    sys.version_info
    sys.float_info
    sys.int_info
    sys.hash_info
    sys.thread_info
    sys.implementation
    sys.getallocatedblocks
    sys.get_asyncgen_hooks()
    sys.stdin
    sys.stderr.buffer
    sys.displayhook
    sys._xoptions
    sys.exc_info()
    sys.unraisablehook
    module('posix').stat('/')
    module('posix').statvfs('/')
    module('posix').times()
    module('posix').uname()
    module('posix').terminal_size((1, 2))
    module('posix').sched_param(1)
    module('posix').scandir('/')
    next(module('posix').scandir('/usr/share'))
    module('posix').waitid_result((1, 2, 3, 4, 5))
    module('time').gmtime(0)
    module('time').struct_time(range(9))
    module('time').get_clock_info('time')
    module('pwd').getpwuid(0)
    module('grp').getgrgid(0)
    module('spwd').struct_spwd(range(9))
    module('resource').getrusage(0)
    module('signal').struct_siginfo(range(7))
    module('_signal').default_int_handler
    module('select').poll()
    module('select').epoll()
    module('_thread').allocate_lock()
    module('_thread').RLock()
    module('_thread')._local()
    module('_thread')._ExceptHookArgs((1, 2, 3, 4))
    module('_thread').start_new_thread
    module('_contextvars').ContextVar('v')
    module('_contextvars').ContextVar('v', default=1)
    module('_contextvars').Context()
    module('_contextvars').copy_context()
    module('_contextvars').ContextVar('v').set(1)
    module('_contextvars').Token.MISSING
    iter(module('_contextvars').copy_context())
    module('_contextvars').copy_context().keys()
    module('_contextvars').copy_context().values()
    module('_contextvars').copy_context().items()
    iter(module('_contextvars').copy_context().values())
    iter(module('_contextvars').copy_context().items())
    collections.deque()
    collections.deque([1, 2], 5)
    iter(collections.deque([1]))
    reversed(collections.deque([1]))
    collections.OrderedDict()
    collections.OrderedDict(a=1)
    iter(collections.OrderedDict(a=1))
    reversed(collections.OrderedDict(a=1))
    collections.OrderedDict(a=1).keys()
    collections.OrderedDict(a=1).values()
    collections.OrderedDict(a=1).items()
    iter(collections.OrderedDict(a=1).items())
    collections.defaultdict(list)
    collections.defaultdict(list, a=[])
    collections.namedtuple('N', 'a b').a
    functools.partial(len)
    functools.partial(len, 1, a=2)
    functools.lru_cache(plain)
    functools.lru_cache(maxsize=None)(plain)
    functools.lru_cache(maxsize=3, typed=True)(plain)
    functools.lru_cache(plain).cache_info()
    functools.cmp_to_key(len)
    functools.cmp_to_key(len)(1)
    module('_functools').cmp_to_key
    operator.itemgetter(1)
    operator.itemgetter(1, 'a')
    operator.attrgetter('a')
    operator.attrgetter('a', 'b.c')
    operator.methodcaller('a')
    operator.methodcaller('a', 1, b=2)
    itertools.count()
    itertools.count(1, 2)
    itertools.count(1.5)
    itertools.count(10 ** 20)
    itertools.cycle([1])
    itertools.repeat(1)
    itertools.repeat(1, 3)
    itertools.accumulate([1])
    itertools.accumulate([1], max, initial=3)
    itertools.chain()
    itertools.chain([1], [2])
    itertools.chain.from_iterable([[1]])
    itertools.compress([1], [1])
    itertools.dropwhile(None, [1])
    itertools.takewhile(None, [1])
    itertools.filterfalse(None, [1])
    itertools.starmap(len, [])
    itertools.groupby([1])
    next(itertools.groupby([1]))
    itertools.islice([1], 1)
    itertools.islice([1], 1, 5, 2)
    itertools.pairwise([1])
    itertools.product([1], [2])
    itertools.product([1], repeat=2)
    itertools.permutations([1, 2])
    itertools.combinations([1, 2], 2)
    itertools.combinations_with_replacement([1, 2], 2)
    itertools.zip_longest([1], [2])
    itertools.zip_longest([1], [2], fillvalue=0)
    itertools.tee([1])[0]
    itertools._tee_dataobject([1], [], None)
    module('array').array('i')
    module('array').array('d', [1.0])
    iter(module('array').array('i'))
    module('_struct').Struct('i')
    module('_struct').Struct('i').iter_unpack(b'abcd')
    module('_sre').compile('a', 0, [17, 97, 1], 0, {}, ())
    module('re').compile('a')
    module('re').compile('a').match('a')
    module('re').compile('a').scanner('a')
    module('re').compile('a').finditer('a')
    module('re').template
    module('_random').Random()
    module('_random').Random(1)
    module('_csv').Dialect()
    module('_csv').get_dialect
    module('_csv').reader([])
    module('_csv').writer(sys.stderr)
    module('_io').StringIO()
    module('_io').StringIO('abc')
    module('_io').BytesIO()
    module('_io').BytesIO(b'abc')
    module('_io').BytesIO(b'abc').getbuffer()
    module('_io').FileIO('/dev/null')
    module('_io').open('/dev/null')
    module('_io').open('/dev/null', 'rb')
    module('_io').open('/dev/null', 'wb')
    module('_io').BufferedRandom(module('_io').BytesIO())
    module('_io').BufferedRWPair(module('_io').BytesIO(), module('_io').BytesIO())
    module('_io').TextIOWrapper(module('_io').BytesIO())
    module('_io').IncrementalNewlineDecoder(None, 1)
    module('_io').open_code('/dev/null')
    module('_md5').md5()
    module('_sha1').sha1()
    module('_sha256').sha224()
    module('_sha256').sha256()
    module('_sha512').sha384()
    module('_sha512').sha512()
    module('_sha3').sha3_224()
    module('_sha3').sha3_256()
    module('_sha3').shake_128()
    module('_blake2').blake2b()
    module('_blake2').blake2s()
    module('_socket').socket()
    module('_socket').CAPI
    module('zlib').compressobj()
    module('zlib').decompressobj()
    module('zlib').error('x')
    module('unicodedata').ucd_3_2_0
    module('unicodedata')._ucnhash_CAPI
    module('_symtable').symtable('def f(x): pass', 'f', 'exec')
    module('_tokenize').TokenizerIter('a\n')
    module('_ast').Name()
    module('_ast').Name('a', module('_ast').Load())
    module('_ast').Load()
    module('_ast').Module([], [])
    module('_ast').AST()
    module('_abc')._abc_init
    module('_abc').get_cache_token()
    module('xxsubtype').spamlist([1])
    module('xxsubtype').spamdict(a=1)
    module('_pickle').Pickler(module('_io').BytesIO())
    module('_pickle').Unpickler(module('_io').BytesIO())
    module('_pickle').Pickler(module('_io').BytesIO()).memo
    module('_pickle').Unpickler(module('_io').BytesIO()).memo
    module('_pickle').PickleBuffer(b'abc')
    module('pickle').PickleBuffer(bytearray(b'abc'))
    module('_datetime').date(2000, 1, 2)
    module('_datetime').date(2000, 1, 2).isocalendar()
    module('_datetime').time(1, 2, 3)
    module('_datetime').datetime(2000, 1, 2)
    module('_datetime').datetime(2000, 1, 2, tzinfo=module('_datetime').timezone.utc)
    module('_datetime').timedelta(1)
    module('_datetime').timezone.utc
    module('_datetime').timezone(module('_datetime').timedelta(hours=1), 'x')
    module('_datetime').tzinfo()
    module('_datetime').datetime_CAPI
    module('_elementtree').Element('a')
    module('_elementtree').Element('a', b='c')
    module('_elementtree').Element('a').iter()
    module('_elementtree').SubElement(module('_elementtree').Element('a'), 'b')
    module('_elementtree').TreeBuilder()
    module('_elementtree').XMLParser()
    module('pyexpat').ParserCreate()
    module('pyexpat').expat_CAPI
    module('pyexpat').model
    module('pyexpat').ExpatError('x')
    module('_imp').extension_suffixes()
    module('_weakref').ref
    module('builtins').__build_class__
    module('builtins').quit
    module('builtins').copyright
    module('builtins').help
    module('builtins').__spec__
    module('builtins').__loader__
    module('_frozen_importlib').BuiltinImporter
    module('gc').callbacks
    module('_tracemalloc').get_traced_memory()
    module('_warnings').filters
    module('_collections')._tuplegetter(0, 'doc')
    module('_collections')._count_elements
    module('_locale').localeconv()
    module('_string').formatter_parser('a{b}c')
    module('_string').formatter_field_name_split('a.b')[1]
    module('_codecs').lookup_error('strict')
    module('_codecs').lookup('utf-8')
    module('encodings').normalize_encoding
    'abc'.maketrans('abcdefgh', 'hgfedcba')
    module('_codecs').charmap_build('abc' * 85 + 'd')
    module('_codecs').charmap_build(module('encodings.cp1252').decoding_table)
    plain.__code__.co_lines()
    plain.__code__.co_positions()
    plain.__globals__.__class__
    plain.__annotations__
    plain.__kwdefaults__
    stderr_printer()
    (lambda *a, b=1, **c: a).__code__
    type(caught(eval, '1 +'))()
    caught(eval, '1 +').print_file_and_line
    caught(lambda: undefined_name)
    caught(lambda: None.x)
    caught(lambda: {}['x'])
    caught(__import__, 'no_such_module')
    module('_posixsubprocess').fork_exec
    module('_statistics')._normal_dist_inv_cdf
    module('_opcode').stack_effect
    module('atexit').register
    module('marshal').loads
    module('_testcapi').INT_MAX
    module('_xxsubinterpreters').create
    module('_xxsubinterpreters').get_main()
    module('_asyncio').Future
    module('_hashlib').HASH
'''.strip().splitlines() if line.strip()]
