"""Training: strings, bytes, regular expressions, dicts of words."""
import re
import string
from collections import Counter, OrderedDict, defaultdict, deque

N = 8
with open(string.__file__, encoding='utf-8') as f:
    SOURCE = f.read()[:6000]


def words(text):
    for line in text.splitlines():
        for word in re.split(r'\W+', line.strip().lower()):
            if word:
                yield word


def parse_pairs(text):
    out = {}
    for chunk in text.split(';'):
        key, _, value = chunk.partition('=')
        if value.isdigit():
            out[key.strip()] = int(value)
        else:
            out[key.strip()] = value.strip('"\' ')
    return out


def caesar(text, shift):
    letters = string.ascii_lowercase
    table = str.maketrans(letters, letters[shift:] + letters[:shift])
    return text.translate(table)


def expression(text):
    """A recursive descent calculator."""
    tokens = re.findall(r'\d+|[-+*/()]', text)
    position = 0

    def peek():
        return tokens[position] if position < len(tokens) else None

    def take():
        nonlocal position
        position += 1
        return tokens[position - 1]

    def factor():
        token = take()
        if token == '(':
            value = total()
            take()
            return value
        return -factor() if token == '-' else int(token)

    def term():
        value = factor()
        while peek() in ('*', '/'):
            value = value * factor() if take() == '*' else value // (factor() or 1)
        return value

    def total():
        value = term()
        while peek() in ('+', '-'):
            value = value + term() if take() == '+' else value - term()
        return value

    return total()


def alphabets(result=0):
    """Texts of every width through what is done to texts."""
    for line in ('plain text, a name\tand 42\n', 'gr\xf6\xdfer als \xe9t\xe9\n', 'мама мыла раму 视野\n', 'ok 😀 é 视\n'):
        text = line * 40
        result += len(repr(text)) + len(ascii(text)) + len(text.splitlines()) + len(text.split()) + len(text.casefold())
        result += len(text.title()) + len(text.swapcase()) + len(text[::-1]) + text.find('zz') + text.count(line[3:6])
        result += len(text.replace(line[1:4], 'abc')) + text.isalpha() + text.isprintable() + len(text.expandtabs())
        for encoding in 'utf-8', 'utf-16', 'utf-32', 'unicode_escape', 'cp1252', 'ascii', 'latin-1', 'utf-7':
            data = text.encode(encoding, 'replace')
            result += len(data) + len(data.decode(encoding, 'replace')) + len(repr(data)) + len(data.hex())
        result += len(sorted(text.split())) + len(sorted(text)) + len(text.translate({97: 'b', 0x43c: 0x43d}))
    return result


def run(n):
    counts, lengths, first = Counter(), defaultdict(list), OrderedDict()
    result = 0
    for i in range(n):
        for word in words(SOURCE):
            counts[word] += 1
            lengths[len(word)].append(word)
            first.setdefault(word[0], word)
        result += len(re.sub(r'[aeiou]', lambda m: m.group().upper(), SOURCE))
        result += sum(1 for m in re.finditer(r'(\w+)\s+(\w+)', SOURCE) if m[1] < m[2])
        result += len(re.findall('(?i)the|a[n]?|of', SOURCE))
        for j in range(30):
            result += len(parse_pairs(f'a={j}; b="text {j}"; c = {j * 2};d=x'))
            result += expression(f'({j}+2)*3-{j}*(4+{j})/2')
        secret = caesar(SOURCE.lower(), 3 + i)
        result += secret.count('wkh') + secret.find('zzz') + len(secret.split(','))
        data = SOURCE.encode()
        result += sum(data[::7]) + data.count(b'e') + len(data.replace(b' ', b''))
        back = bytearray(data)
        for j in range(0, len(back), 5):
            back[j] ^= 0x20
        result += len(back.decode('latin-1').encode('utf-8')) + len(data.hex())
        line = ''
        for word in SOURCE.split()[:200]:
            if len(line) + len(word) > 60:
                result += line.endswith(' ')
                line = ''
            line += word + ' '
        result += len(','.join(map(repr, sorted(counts)[:50])).title().center(400))
        result += sum(c.isalpha() + c.isspace() for c in SOURCE[:500]) + (SOURCE[5:50] in SOURCE)
        result += alphabets()
        line = 'é€😀 ' * 20
        result += len(line.encode()) + len(line.encode().decode()) + len(line.upper()) + ord(line[2])
    return result, counts.most_common(2), sorted(lengths)[-1], len(first)
