"""pyexpat and _elementtree: the first byte chooses parser and settings, the second where the input is cut."""
import glob
import pyexpat
import xml.etree.ElementTree as ET

SIZE = 2000
WORDS = [b'<', b'>', b'/>', b'&', b';', b'<![CDATA[', b']]>', b'<!--', b'-->', b'<?', b'?>', b'xmlns:a="', b'xml:', b'"', b"'",
         b'<!DOCTYPE a [', b'<!ENTITY e "&f;">', b'<!ENTITY % p SYSTEM "s">', b'%p;', b'&e;', b'<!ELEMENT a (b|(c,d)*)+>',
         b'<!ATTLIST a b CDATA "c">', b'<!NOTATION n PUBLIC "p">', b']>', b'}', b'{', b'\0', b'\xff', b'\xfe\xff', b'\xef\xbb\xbf',
         b'<?xml version="1.0" encoding="', b'utf-16', b'cp437', b'shift_jis', b'standalone="no"', b'&#xD800;', b'&#x10FFFF;']
DTD = b'''<?xml version="1.0" encoding="iso-8859-2"?><!DOCTYPE r PUBLIC "p" "s" [<!NOTATION n SYSTEM "q"><!ENTITY u SYSTEM "u" NDATA n>
<!ENTITY i "int"><!ENTITY % e SYSTEM "e">%e;<!ELEMENT r (a|b*|(c?,d+))*><!ATTLIST r x CDATA #IMPLIED y (p|q) "p">]>
<r x="1" xmlns:q="u"><q:a q:b="c">&i;&ext;&undef;<![CDATA[cd]]></q:a><?pi x?><!-- c --></r>'''
HANDLERS = [name for name in dir(pyexpat.ParserCreate()) if name.endswith('Handler')]
EVENTS = ('start', 'end', 'start-ns', 'end-ns', 'comment', 'pi')


def seeds():
    data = [bytes([i * 37 & 255, i * 11 & 255]) + DTD for i in range(12)]
    for path in sorted(glob.glob('/usr/lib/python3.11/test/xmltestdata/*.xml')):
        with open(path, 'rb') as f:
            data.append(bytes([len(data) * 29 & 255, 100]) + f.read(3000))
    return data


def expat(how, pieces):
    p = pyexpat.ParserCreate('utf-8' if how & 4 else None, '!' if how & 8 else None)
    seen = []

    def handler(name):
        def call(*args):
            seen.append((name, args))
            if name == 'ExternalEntityRefHandler':
                q = p.ExternalEntityParserCreate(args[0])
                q.Parse(b'<z>&i;</z>' if args[0] else b'<!ENTITY undef "x">', True)
            elif how & 128 and len(seen) % 16 == 15:
                setattr(p, HANDLERS[len(seen) % len(HANDLERS)], None if how & 64 else call)
                p.buffer_size = len(seen)
            elif how & 128 and len(seen) > 300:
                raise KeyError(name)
            return 1
        return call
    for name in HANDLERS:
        setattr(p, name, handler(name))
    p.SetParamEntityParsing(how >> 4 & 3)
    p.buffer_text = p.ordered_attributes = bool(how & 32)
    p.namespace_prefixes = bool(how & 16)
    for i, piece in enumerate(pieces):
        p.Parse(piece, i == len(pieces) - 1)
    return seen


class Target:
    def __init__(self): self.seen = []
    def __getattr__(self, name):
        if name.startswith('_'): raise AttributeError(name)
        return lambda *args: self.seen.append((name, args))


def tree(how, pieces):
    target = Target() if how & 4 else ET.TreeBuilder(insert_comments=how & 8, insert_pis=how & 16) if how & 32 else None
    p, queue = ET.XMLParser(target=target), []
    p.entity['undef'] = 'x' if how & 64 else ET.Element('y')
    if not how & 4 and how & 128:
        p._setevents(queue, EVENTS)
    for piece in pieces:
        p.feed(piece.decode('latin-1') if how & 2 else piece)
    root = p.close()
    return ET.tostring(root) if root is not None and not how & 64 else None, [kind for kind, _ in queue]


def run(data):
    how, cut = (data[0], data[1]) if len(data) > 1 else (0, 0)
    text = data[2:]
    middle = len(text) * cut >> 8
    return (tree if how & 1 else expat)(how, [text[:middle], text[middle:]])
