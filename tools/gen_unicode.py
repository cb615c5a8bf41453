"""Write the Unicode tables from what the reference interpreter knows.

    /usr/bin/python3.11 tools/gen_unicode.py

Run by hand (`make tables`), when the Unicode version changes; the results are committed:

    src/base/unichar_data.h       properties and case mappings (base/unichar.c)
    src/base/uniname_data.h       character names (base/uniname.c)
    src/modules/unicodedata_data.h  the rest of the database (modules/unicodedata.c)

Sources are the module unicodedata, and the property functions that the interpreter exports.
"""
import collections
import ctypes
import os
import re
import unicodedata
from unicodedata import ucd_3_2_0

SIZE = 0x110000
WIDTH = 240         # of the lines of a table: data, not read by people
BLOCK = 128
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
api = ctypes.pythonapi


def function(name, result=ctypes.c_int, args=(ctypes.c_uint32,)):
    f = api[name]
    f.restype, f.argtypes = result, args
    return f


# ---- writing C ------------------------------------------------------------------------------

def lines(values):
    row = ''
    for v in values:
        text = str(v) + ','
        if len(row) + len(text) > WIDTH:
            yield row
            row = ''
        row += text
    if row:
        yield row


def table(out, ctype, name, values):
    out.append('static RARELY_READ const %s %s[%d] = {' % (ctype, name, len(values)))
    out.extend(lines(values))
    out.append('};')


def literal(out, name, text, width=WIDTH - 4):
    """A C string; `text` holds printable characters and newlines only."""
    out.append('static RARELY_READ const char %s[] =' % name)
    for i in range(0, len(text), width):
        piece = text[i:i + width].replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')
        out.append('"%s"' % piece.replace('??', '?\\?'))
    out.append(';')


def smallest(values):
    return 'uint8_t' if max(values) < 256 else 'uint16_t' if max(values) < 65536 else 'uint32_t'


class Trie:
    """A block table shared by several maps from code points to small numbers."""

    def __init__(self):
        self.blocks, self.data = {}, []

    def add(self, values):
        index = []
        for i in range(0, SIZE, BLOCK):
            block = tuple(values[i:i + BLOCK])
            if block not in self.blocks:
                self.blocks[block] = len(self.blocks)
                self.data.extend(block)
            index.append(self.blocks[block])
        # the tail repeats one block: cut it off
        return index

    def write(self, out, name):
        table(out, smallest(self.data), name, self.data)


def write(path, title, out):
    head = ['/* %s  Unicode %s.' % (title, unicodedata.unidata_version),
            '   Written by `make tables` (tools/gen_unicode.py) from what the reference knows, and committed. */']
    with open(os.path.join(HERE, path), 'w') as f:
        f.write('\n'.join(head + out) + '\n')


# ---- properties and case --------------------------------------------------------------------

FLAGS = ['Alpha', 'DecimalDigit', 'Digit', 'Numeric', 'Lowercase', 'Uppercase', 'Titlecase',
         'Whitespace', 'Linebreak', 'Printable', 'XidStart', 'XidContinue', 'CaseIgnorable', 'Cased']


def full(name):
    f = function(name, args=(ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)))
    buffer = (ctypes.c_uint32 * 3)()

    def mapping(ch):
        return tuple(buffer[:f(ch, buffer)])
    return mapping


def properties():
    tests = [function('_PyUnicode_Is' + f) for f in FLAGS]
    lower, upper, title = (function('_PyUnicode_To' + n, ctypes.c_uint32)
                           for n in ('Lowercase', 'Uppercase', 'Titlecase'))
    lower_full, upper_full, title_full, fold_full = (
        full('_PyUnicode_To%sFull' % n) for n in ('Lower', 'Upper', 'Title', 'Folded'))
    decimal, digit = function('_PyUnicode_ToDecimalDigit'), function('_PyUnicode_ToDigit')
    numeric = function('_PyUnicode_ToNumeric', ctypes.c_double)
    records, values, special = {}, [], []
    special_at = {}
    numbers = []
    for ch in range(SIZE):
        flags = sum(1 << i for i, t in enumerate(tests) if t(ch))
        simple = (lower(ch) - ch, upper(ch) - ch, title(ch) - ch)
        fulls = (lower_full(ch), upper_full(ch), title_full(ch), fold_full(ch))
        extra = 0
        if fulls != ((lower(ch),), (upper(ch),), (title(ch),), (lower(ch),)):
            if fulls not in special_at:
                special_at[fulls] = len(special)
                for f in fulls:
                    special.extend(f + (0,) * (3 - len(f)))
            extra = special_at[fulls] // 12 + 1
        record = (flags, extra, *simple, decimal(ch) & 255, digit(ch) & 255)
        values.append(records.setdefault(record, len(records)))
        if flags >> FLAGS.index('Numeric') & 1:
            n = numeric(ch)
            if numbers and numbers[-1][0] + numbers[-1][1] == ch and (
                    n == numbers[-1][2] + numbers[-1][1] * numbers[-1][3] or
                    numbers[-1][1] == 1 and n - numbers[-1][2] in (0, 1)):
                if numbers[-1][1] == 1:
                    numbers[-1][3] = int(n - numbers[-1][2])
                numbers[-1][1] += 1
            else:
                numbers.append([ch, 1, n, 0])
    out, trie = [], Trie()
    out.append('enum {')
    for i, f in enumerate(FLAGS):
        name = re.sub('(?<!^)([A-Z])', r'_\1', f).upper()
        out.append('    UNICHAR_%s = 1 << %d,' % (name, i))
    out.append('};')
    out.append('static const struct unichar_record unichar_records[] = {')
    out.extend(lines('{%s}' % ','.join(map(str, r)) for r in records))
    out.append('};')
    table(out, 'uint32_t', 'unichar_special', special)
    out.append('static const struct {')
    out.append('    uint32_t start;')
    out.append('    uint16_t count, step;')
    out.append('    double value;')
    out.append('} unichar_numbers[] = {')
    out.extend(lines('{%d,%d,%d,%r}' % (c, n, s, v) for c, n, v, s in numbers))
    out.append('};')
    index = trie.add(values)
    trie.write(out, 'unichar_blocks')
    table(out, smallest(index), 'unichar_index', index)
    write('src/base/unichar_data.h', 'Character properties.', out)


# ---- names ----------------------------------------------------------------------------------

CHARS = [chr(c) for c in range(0x21, 0x7f) if chr(c) not in '"\\?']
SINGLE, TRIPLE = 44, 3


def codes():
    """Code texts in order of length: one, two or three characters, no one a prefix of another."""
    singles, rest = CHARS[:SINGLE], CHARS[SINGLE:]
    doubles, triples = rest[:-TRIPLE], rest[-TRIPLE:]
    yield from singles
    for a in doubles:
        for b in CHARS:
            yield a + b
    for a in triples:
        for b in CHARS:
            for c in CHARS:
                yield a + b + c


def tokens(name):
    """Words of a name; a single space between words is implied, hyphens and others stand."""
    out = re.findall(r'[A-Z0-9]+|-| ', name)
    assert ''.join(out) == name, name
    kept = []
    for i, t in enumerate(out):
        if (t == ' ' and 0 < i < len(out) - 1 and out[i - 1] not in '- ' and out[i + 1] not in '- '):
            continue
        kept.append(t)
    return kept


def capsule():
    get = api.PyCapsule_Import
    get.restype, get.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    pointers = ctypes.cast(get(b'unicodedata._ucnhash_CAPI', 0), ctypes.POINTER(ctypes.c_void_p))
    proto = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int,
                              ctypes.c_int)
    return proto(pointers[0])


def names():
    getname = capsule()
    buffer = ctypes.create_string_buffer(300)
    plain, ranges = {}, []
    for ch in range(SIZE):
        name = unicodedata.name(chr(ch), '')
        if not name or name.startswith('HANGUL SYLLABLE '):
            continue
        prefix, dash, tail = name.rpartition('-')
        if dash and tail == '%04X' % ch and (' ' in prefix):
            try:
                found = unicodedata.lookup(name) == chr(ch)
            except KeyError:
                found = False
            if found:
                if ranges and ranges[-1][2] == prefix and ranges[-1][1] == ch - 1:
                    ranges[-1][1] = ch
                else:
                    ranges.append([ch, ch, prefix])
                continue
        plain[ch] = name
    aliases, sequences = [], []
    for ch in range(0xf0000, 0xf0000 + 0x1000):
        if getname(ch, buffer, 300, 1):
            name = buffer.value.decode()
            value = unicodedata.lookup(name)
            (aliases if len(value) == 1 else sequences).append((name, value))
    # Aliases and sequences follow the names, at numbers beyond the last code point.
    extra = {SIZE + i: name for i, (name, _) in enumerate(aliases + sequences)}
    counts = collections.Counter(t for n in [*plain.values(), *extra.values()] for t in tokens(n))
    words = [w for w, _ in counts.most_common()]
    code = dict(zip(words, codes()))
    assert len(code) == len(words)
    starts, lexicon = [], '\n'
    for i, w in enumerate(words):
        if i % 32 == 0:
            starts.append(len(lexicon))
        lexicon += w + '\n'
    blob, blocks, offsets = '\n', [], []
    everything = {**plain, **extra}
    for block in sorted({ch // 32 for ch in everything}):
        blocks.append(block)
        offsets.append(len(blob))
        last = max(ch for ch in range(block * 32, block * 32 + 32) if ch in everything)
        for ch in range(block * 32, last + 1):
            blob += ''.join(code[t] for t in tokens(everything.get(ch, ''))) + '\n'
    out = ['enum { UNINAME_SINGLES = %d, UNINAME_TRIPLES = %d, UNINAME_WORDS = %d,' % (
        SINGLE, TRIPLE, len(words)), '       UNINAME_ALIASES = %d, UNINAME_SEQUENCES = %d };' % (
            len(aliases), len(sequences))]
    out.append('static const char uniname_digits[] = "%s";' % ''.join(CHARS))
    table(out, 'uint32_t', 'uniname_word_starts', starts)
    literal(out, 'uniname_words', lexicon)
    table(out, 'uint16_t', 'uniname_blocks', blocks)
    table(out, 'uint32_t', 'uniname_offsets', offsets)
    literal(out, 'uniname_text', blob)
    out.append('static const struct {')
    out.append('    uint32_t first, last;')
    out.append('    const char *prefix;')
    out.append('} uniname_ranges[] = {')
    out.extend(lines('{%d,%d,"%s-"}' % tuple(r) for r in ranges))
    out.append('};')
    table(out, 'uint32_t', 'uniname_alias_targets', [ord(v) for _, v in aliases])
    flat = []
    for _, v in sequences:
        flat.extend([ord(c) for c in v] + [0] * (4 - len(v)))
    table(out, 'uint16_t', 'uniname_sequence_targets', flat)
    assert max(flat) < 65536 and max(len(v) for _, v in sequences) <= 4
    write('src/base/uniname_data.h', 'Character names.', out)


# ---- the rest of the database ---------------------------------------------------------------

def database():
    categories = sorted({unicodedata.category(chr(c)) for c in range(SIZE)})
    categories.remove('Cn')
    categories.insert(0, 'Cn')
    bidis = [''] + sorted({unicodedata.bidirectional(chr(c)) for c in range(SIZE)} - {''})
    widths = ['N'] + sorted({unicodedata.east_asian_width(chr(c)) for c in range(SIZE)} - {'N'})
    old_widths = {ucd_3_2_0.east_asian_width(chr(c)) for c in range(SIZE)}
    assert old_widths <= set(widths), old_widths
    decomposition_types, data, decomposed = [''], [0], [0] * SIZE
    seconds = set()
    pairs = []
    for ch in range(SIZE):
        text = unicodedata.decomposition(chr(ch))
        if not text:
            continue
        parts = text.split()
        tag = ''
        if parts[0].startswith('<'):
            tag = parts.pop(0)
        if tag not in decomposition_types:
            decomposition_types.append(tag)
        numbers = [int(p, 16) for p in parts]
        decomposed[ch] = len(data)
        data.append(decomposition_types.index(tag) << 8 | len(numbers))
        data.extend(numbers)
        if not tag and len(numbers) == 2:
            a, b = map(chr, numbers)
            if unicodedata.normalize('NFC', a + b) == chr(ch):
                pairs.append((*numbers, ch))
                seconds.add(numbers[1])
    seconds |= set(range(0x1161, 0x1176)) | set(range(0x11a8, 0x11c3))
    records, now, old = {}, [], []

    def record(db, ch):
        c = chr(ch)
        combining = db.combining(c)
        flags = 0
        for bit, form in enumerate(('NFC', 'NFD', 'NFKC', 'NFKD')):
            # set: a string of such characters alone is normalised whatever their order
            good = (combining == 0 and unicodedata.normalize(form, c) == c and
                    not (form in ('NFC', 'NFKC') and ch in seconds))
            flags |= good << bit
        r = (categories.index(db.category(c)), combining, bidis.index(db.bidirectional(c)),
             db.mirrored(c), widths.index(db.east_asian_width(c)), flags)
        return records.setdefault(r, len(records))
    for ch in range(SIZE):
        now.append(record(unicodedata, ch))
        old.append(record(ucd_3_2_0, ch))
    changes = []
    corrections = []
    for ch in range(SIZE):
        c = chr(ch)
        if ucd_3_2_0.category(c) == 'Cn':
            assert ucd_3_2_0.decomposition(c) == '' and ucd_3_2_0.numeric(c, -1.0) == -1.0, hex(ch)
            continue
        values = [(getattr(db, k)(c, -1)) for k in ('decimal', 'digit', 'numeric')
                  for db in (unicodedata, ucd_3_2_0)]
        assert values[2] == values[3] or ch, hex(ch)
        if values[0] != values[1] or values[2] != values[3] or values[4] != values[5]:
            changes.append((ch, values[1], values[3], values[5]))
        if ucd_3_2_0.decomposition(c) != unicodedata.decomposition(c):
            corrections.append((ch, 'decomposition', ucd_3_2_0.decomposition(c)))
        a, b = ucd_3_2_0.normalize('NFD', c), unicodedata.normalize('NFD', c)
        if a != b:
            assert len(a) == 1
            corrections.append((ch, 'normalize', ord(a)))
    out, trie = [], Trie()
    for name, texts in (('category', categories), ('bidirectional', bidis), ('width', widths),
                        ('decomposition', decomposition_types)):
        out.append('static const char *const ucd_%s_names[] = {' % name)
        out.extend(lines('"%s"' % t for t in texts))
        out.append('};')
    out.append('static const struct ucd_record ucd_records[] = {')
    out.extend(lines('{%s}' % ','.join(map(str, r)) for r in records))
    out.append('};')
    index_now, index_old = trie.add(now), trie.add(old)
    trie.write(out, 'ucd_blocks')
    table(out, smallest(index_now), 'ucd_index', index_now)
    table(out, smallest(index_old), 'ucd_index_3_2_0', index_old)
    out.append('static const struct ucd_old_number ucd_old_numbers[] = {')
    out.extend(lines('{%d,%d,%d,%r}' % (c, d, g, float(n)) for c, d, g, n in changes))
    out.append('};')
    out.append('static const struct ucd_old_form ucd_old_forms[] = {')
    out.extend(lines('{%d,%d}' % (c, v) for c, k, v in corrections if k == 'normalize'))
    out.append('};')
    assert all(k != 'decomposition' for _, k, _ in corrections)
    table(out, 'uint32_t', 'ucd_decompositions', data)
    dtrie = Trie()
    index = dtrie.add(decomposed)
    dtrie.write(out, 'ucd_decomposition_blocks')
    table(out, smallest(index), 'ucd_decomposition_index', index)
    out.append('static const struct ucd_pair ucd_pairs[] = {')
    out.extend(lines('{%d,%d,%d}' % p for p in sorted(pairs)))
    out.append('};')
    write('src/modules/unicodedata_data.h', 'The character database.', out)


if __name__ == '__main__':
    properties()
    names()
    database()
