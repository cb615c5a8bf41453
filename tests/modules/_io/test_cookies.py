"""Positions that text streams give, in many encodings and after reads and writes at many places."""
import codecs
import io
import os
import tempfile

texts = [
    'abc\ndéf\r\ngh\u20ac\n' * 3,
    '\ufeffabc\ndef\n',
    'a\U0001f600b\nc\U0001f601\r\n\u3042\u3044\n' * 2,
    'plain\n' * 50,
    'x' * 9000 + '\n' + 'é' * 10,
    '',
]


def show(f, *a):
    try:
        return f(*a)
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)


for enc in (
    'utf-16',
    'utf-16-le',
    'utf-16-be',
    'utf-8-sig',
    'utf-8',
    'utf-7',
    'iso2022_jp',
    'iso2022_kr',
    'shift_jis',
    'euc_jp',
    'gb18030',
    'hz',
    'utf-32',
    'utf-32-le',
    'latin-1',
    'cp1252',
    'big5',
    'idna',
    'punycode',
    'unicode_escape',
    'raw_unicode_escape',
    'rot13',
    'cp949',
    'iso2022_jp_2004',
    'shift_jisx0213',
    'utf_7',
    'mbcs',
):
    for ti, text in enumerate(texts):
        for newline in (None, '', '\n', '\r\n'):
            try:
                data = text.encode(enc, 'ignore')
            except Exception as e:
                print(enc, ti, type(e).__name__, e)
                break
            for chunk in (1, 7, 8192):
                try:
                    f = io.TextIOWrapper(io.BytesIO(data), encoding=enc, newline=newline, errors='replace')
                except Exception as e:
                    print(enc, ti, type(e).__name__, e)
                    break
                f._CHUNK_SIZE = chunk
                out = []
                cookies = []
                for n in (0, 1, 2, 1, 3, 5, 1, 1, 2, 20, 1, 4000, 1):
                    t = show(f.tell)
                    cookies.append(t)
                    out.append((t, show(f.read, n)[:20]))
                out.append(show(f.tell))
                print(enc, ti, repr(newline), chunk, out)
                back = []
                for c in reversed(cookies):
                    if isinstance(c, int):
                        back.append((show(f.seek, c), show(f.read, 3), show(f.tell)))
                print(back)
                out = []
                show(f.seek, 0)
                for i in range(6):
                    out.append((show(f.readline)[:10], show(f.tell)))
                show(f.seek, 0, 2)
                out.append(show(f.tell))
                print(out)
    # writing
    b = io.BytesIO()
    try:
        f = io.TextIOWrapper(b, encoding=enc, newline='\n', errors='replace')
    except Exception as e:
        print(enc, e)
        continue
    out = [show(f.tell)]
    for s in 'a', 'é\n', '\u3042', 'x' * 10:
        out.append((show(f.write, s), show(f.tell)))
    out.append(
        (
            show(f.seek, 0),
            show(f.read),
            show(f.tell),
            show(f.write, 'zz'),
            show(f.tell),
            show(f.truncate),
            show(f.seek, 0, 2),
            show(f.write, 'q'),
            show(f.flush),
            b.getvalue(),
        )
    )
    print(enc, out)
    p = tempfile.mktemp()
    for mode in 'w+', 'r+', 'a+', 'a', 'x':
        try:
            with open(p, mode, encoding=enc, errors='replace') as f:
                out = [
                    show(f.tell),
                    show(f.write, 'abc\né'),
                    show(f.tell),
                    show(f.seek, 0),
                    show(f.read, 2),
                    show(f.tell),
                    show(f.write, 'Q'),
                    show(f.tell),
                ]
            print(enc, mode, out, open(p, 'rb').read())
        except Exception as e:
            print(enc, mode, type(e), str(e).replace(p, ''))
    if os.path.exists(p):
        os.remove(p)


class D(codecs.IncrementalDecoder):
    def __init__(s, *a):
        pass

    st = (b'', 0)

    def getstate(s):
        return s.st

    def setstate(s, x):
        pass

    def reset(s):
        pass

    def decode(s, b, final=False):
        return b.decode()


for st in (
    (b'', 2**40),
    (b'', 'x'),
    (b'', None),
    (b'',),
    [b'', 1],
    None,
    ('x', 1),
    (b'', 1, 2),
    (1, 1),
    (b'', 2**80),
    (b'', -1),
):
    D.st = st
    codecs.register(
        lambda n: codecs.CodecInfo(
            lambda s, e='': (s.encode(), len(s)),
            None,
            incrementaldecoder=D,
            incrementalencoder=codecs.lookup('utf-8').incrementalencoder,
            name='kkk',
        )
        if n == 'kkk'
        else None
    )
    try:
        f = io.TextIOWrapper(io.BytesIO(b'abc\ndef' * 5), encoding='kkk')
        f._CHUNK_SIZE = 4
    except Exception as e:
        print('make', st, repr(e))
        continue
    for n in range(3):
        try:
            print(st, f.read(2))
        except Exception as e:
            print(st, 'read', repr(e))
        try:
            print(st, f.tell())
        except Exception as e:
            print(st, 'tell', repr(e))
