"""Bits and bytes in Python: decompression of a deflate stream."""
import zlib

N = 5
LENGTHS = [(3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1),
           (17, 1), (19, 2), (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4),
           (83, 4), (99, 4), (115, 4), (131, 5), (163, 5), (195, 5), (227, 5), (258, 0)]
ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]


def distances():
    rows, base = [], 1
    for code in range(30):
        extra = max(0, code // 2 - 1)
        rows.append((base, extra))
        base += 1 << extra
    return rows


class Bits:
    def __init__(self, data):
        self.data = data
        self.position = self.buffer = self.count = 0

    def take(self, n):
        while self.count < n:
            self.buffer |= self.data[self.position] << self.count
            self.position += 1
            self.count += 8
        value = self.buffer & ((1 << n) - 1)
        self.buffer >>= n
        self.count -= n
        return value


class Codes:
    def __init__(self, lengths):
        self.table = {}
        code = 0
        for length in range(1, 16):
            for symbol, n in enumerate(lengths):
                if n == length:
                    self.table[length, code] = symbol
                    code += 1
            code <<= 1

    def read(self, bits):
        code = length = 0
        while True:
            code = code << 1 | bits.take(1)
            length += 1
            symbol = self.table.get((length, code))
            if symbol is not None:
                return symbol


def read_trees(bits):
    literals, far, meta = bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4
    lengths = [0] * 19
    for i in range(meta):
        lengths[ORDER[i]] = bits.take(3)
    codes = Codes(lengths)
    out = []
    while len(out) < literals + far:
        symbol = codes.read(bits)
        if symbol < 16:
            out.append(symbol)
        elif symbol == 16:
            out += [out[-1]] * (3 + bits.take(2))
        else:
            out += [0] * (3 + bits.take(3) if symbol == 17 else 11 + bits.take(7))
    return Codes(out[:literals]), Codes(out[literals:])


def inflate(data):
    bits, out, far = Bits(data), bytearray(), distances()
    while True:
        last, kind = bits.take(1), bits.take(2)
        if kind == 1:
            trees = Codes([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8), Codes([5] * 30)
        else:
            trees = read_trees(bits)
        while (symbol := trees[0].read(bits)) != 256:
            if symbol < 256:
                out.append(symbol)
                continue
            base, extra = LENGTHS[symbol - 257]
            length = base + bits.take(extra)
            base, extra = far[trees[1].read(bits)]
            start = len(out) - base - bits.take(extra)
            for i in range(start, start + length):
                out.append(out[i])
        if last:
            return bytes(out)


def run(n):
    text = b''.join(b'%d green bottles, %d left; ' % (i * 37 % 101, i) for i in range(700))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(text) + packer.flush()
    for _ in range(n):
        assert inflate(data) == text
    return len(data)
