"""The codec registry, error handlers, and every built-in codec on awkward input."""
import codecs
import _codecs

HANDLERS = ('strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape', 'surrogatepass',
            'xmlcharrefreplace', 'namereplace', 'missing')
BYTES = (b'', b'abc', b'\xff', b'\xe2\x82', b'\xe2\x82\xac', b'\xed\xa0\x80', b'\xf0\x9f\x98\x80x',
         b'\x00\xd8a\x00', b'+AGE-x+', b'\\x4', b'\\u20ac\\N{BULLET}', b'\\777')
TEXTS = ('', 'abc', '\xe9\u20ac', '\ud800x', '\U0001f600', 'a+b\\n\n')


def show(f, *args):
    try:
        return ascii(f(*args))
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)


for name in sorted(n for n in dir(_codecs) if n.endswith('_decode')):
    for data in BYTES:
        for errors in HANDLERS[:5]:
            if not (name == 'escape_decode' or data == b'\\777'):
                print(name, data, errors, show(getattr(_codecs, name), data, errors))
for name in sorted(n for n in dir(_codecs) if n.endswith('_encode')):
    for text in TEXTS:
        for errors in HANDLERS:
            if name not in ('escape_encode', 'readbuffer_encode'):
                print(name, ascii(text), errors, show(getattr(_codecs, name), text, errors))
print(show(codecs.lookup, 'nope'), show('x'.encode, 'rot13'), show(b'x'.decode, 'hex'))
print(codecs.lookup('UTF8').name, codecs.encode('abc', 'rot13'), codecs.decode(b'616263', 'hex'))
codecs.register_error('back', lambda e: ('?', e.end - 1 if e.end > 1 else e.end))
print(show(codecs.decode, b'a\xff', 'ascii', 'back') if False else '', show(codecs.lookup_error, 'no'))
codecs.register_error('three', lambda e: ('!', 99))
print(show(codecs.decode, b'\xff', 'utf-8', 'three'), show(codecs.encode, '\u20ac', 'ascii', 'three'))
print(codecs.charmap_build('\0ab'.ljust(256, '\ufffe')).size(), codecs.charmap_build('ab'))
