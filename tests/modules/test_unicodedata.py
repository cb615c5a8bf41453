"""unicodedata, _csv and the hash modules: values printed for comparison."""
import csv
import io
import unicodedata as u
import _blake2, _md5, _sha1, _sha256, _sha512, _sha3

for db in (u, u.ucd_3_2_0):
    for c in 'aA1\xbd\u0660\u0345\uac00\u4e00\uf900\U0001f600\u0378\ufdfa\U0002f868':
        print(ascii(c), db.name(c, None), db.category(c), db.bidirectional(c), db.combining(c),
              db.mirrored(c), db.east_asian_width(c), db.decomposition(c), db.decimal(c, None),
              db.digit(c, None), db.numeric(c, None),
              [ascii(db.normalize(f, c)) for f in ('NFC', 'NFD', 'NFKC', 'NFKD')])
for name in ('bullet', 'LATIN SMALL LETTER A', 'LINE FEED', 'KEYCAP DIGIT ONE', 'nope', 'HANGUL SYLLABLE GAG'):
    try:
        print(ascii(u.lookup(name)))
    except KeyError as e:
        print(e)
for options in ({}, {'delimiter': ';'}, {'quoting': csv.QUOTE_NONNUMERIC}, {'escapechar': '\\', 'quoting': 3}):
    out = io.StringIO()
    csv.writer(out, **options).writerows([['a', 1, 2.5, 'x,y'], ['q"q', '', None, 'l\r\n']])
    print(repr(out.getvalue()), list(csv.reader(['"a","b""c",d', '1,2'], delimiter=options.get('delimiter', ','))))
for f in (_md5.md5, _sha1.sha1, _sha256.sha224, _sha256.sha256, _sha512.sha384, _sha512.sha512,
          _sha3.sha3_256, _sha3.sha3_512, _blake2.blake2b, _blake2.blake2s):
    h = f(b'abc')
    h.update(bytes(300))
    print(h.name, h.digest_size, h.block_size, h.hexdigest())
print(_sha3.shake_128(b'x').hexdigest(20), _blake2.blake2s(b'x', key=b'k', digest_size=9).hexdigest())
