"""Is all there?  Modules of the standard library are imported and asked for one thing each."""
import importlib

CHECKS = {
    'abc': 'm.ABC', 'argparse': 'm.ArgumentParser().parse_args([])', 'array': "m.array('i', [1])", 'ast': "m.parse('x')",
    'asyncio': 'm.run(m.sleep(0, 1)) == 1', 'base64': "m.b64encode(b'a') == b'YQ=='", 'bisect': 'm.bisect([1, 3], 2) == 1',
    'calendar': 'm.isleap(2024)', 'collections': 'm.OrderedDict(a=1)', 'concurrent.futures': 'm.ThreadPoolExecutor',
    'configparser': 'm.ConfigParser()', 'contextlib': 'm.nullcontext()', 'copy': 'm.deepcopy([[1]]) == [[1]]', 'csv': 'm.excel',
    'ctypes': 'm.sizeof(m.c_void_p) == 8', 'dataclasses': 'm.field', 'datetime': "m.date(2024, 2, 29).isoformat() == '2024-02-29'",
    'decimal': "m.Decimal('0.1') + m.Decimal('0.2') == m.Decimal('0.3')", 'difflib': "m.get_close_matches('appel', ['apple'])",
    'dis': 'm.dis', 'enum': "m.Enum('E', 'A').A", 'fractions': 'm.Fraction(1, 3) * 3 == 1', 'functools': 'm.reduce(max, [1, 3])',
    'gc': 'm.isenabled()', 'glob': 'm.glob', 'gzip': "m.decompress(m.compress(b'a')) == b'a'", 'hashlib': "m.sha256(b'').hexdigest()",
    'heapq': 'm.nsmallest(1, [2, 1]) == [1]', 'html': "m.escape('<') == '&lt;'", 'http': 'm.HTTPStatus.OK == 200',
    'inspect': 'm.signature(m.signature)', 'io': "m.StringIO('a').read()", 'ipaddress': "m.ip_network('10.0.0.0/8').is_private",
    'itertools': 'list(m.chain([1], [2])) == [1, 2]', 'json': "m.loads('[1]') == [1]", 'logging': 'm.getLogger()', 'marshal': 'm.loads(m.dumps(1))',
    'math': 'm.isclose(m.sin(m.pi), 0, abs_tol=1e-9)', 'multiprocessing': 'm.cpu_count()', 'operator': 'm.add(1, 1) == 2',
    'os': 'm.getpid()', 'pathlib': "m.PurePath('a/b').name == 'b'", 'pickle': 'm.loads(m.dumps([1])) == [1]', 'queue': 'm.Queue().empty()',
    'random': 'm.Random(7).random()', 're': "m.match('a+', 'aa')", 'select': 'm.select', 'shutil': 'm.which', 'signal': 'm.SIGINT',
    'socket': 'm.AF_INET', 'sqlite3': "m.connect(':memory:').execute('select 1').fetchone() == (1,)", 'statistics': 'm.mean([1, 3]) == 2',
    'string': 'm.ascii_letters', 'struct': "m.pack('<H', 1) == b'\\x01\\0'", 'subprocess': 'm.PIPE', 'sys': 'm.version_info[:2] == (3, 11)',
    'tempfile': 'm.gettempdir()', 'threading': 'm.current_thread() is m.main_thread()', 'time': 'm.monotonic() <= m.monotonic()',
    'tracemalloc': 'not m.is_tracing()', 'types': 'm.SimpleNamespace(a=1).a', 'typing': 'm.get_args(m.List[int]) == (int,)',
    'unicodedata': "m.name('a')", 'unittest': 'm.TestCase', 'uuid': 'm.UUID(int=1).int == 1', 'weakref': 'm.ref(set())() is None',
    'xml.etree.ElementTree': "m.fromstring('<a/>').tag == 'a'", 'zlib': "m.crc32(b'a')",
}

for name, check in CHECKS.items():
    module = importlib.import_module(name)
    print(name, 'PASS' if eval(check, {'m': module}) else 'FAIL')
