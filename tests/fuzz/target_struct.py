"""_struct: the first byte chooses the function, then a format, a NUL, and data to unpack."""
import struct

WORDS = [bytes([c]) for c in b'xcbB?hHiIlLqQnNefdspP@=<>!0123456789 '] + [
    b'99999999999999999999', b'9223372036854775807', b'4294967296s', b'0s', b'0p', b'256p', b'0i', b'1000000000x', b'\0', b'\xff']
SIZE = 120
VALUES = [0, 1, -1, 255, 2**31, -2**63, 2**64, 1.5, float('nan'), 1e308, b'', b'x', b'abc' * 100, True, None, 'a', 1e5, 70000.0]


def seeds():
    formats = ['<I', '>HHB', '@bBhHiIlLqQnN', '=efd', '!10s5p', '3x2c?', '<4sHBBIIIHHHH', 'P0i', '8s 2i d', '<%dB' % 200]
    data = []
    for i, text in enumerate(formats):
        size = struct.calcsize(text)
        for how in range(4):
            data.append(bytes([how]) + text.encode() + b'\0' + bytes(j * 31 + i & 255 for j in range(size * (1 + (how == 2)))))
    return data


def run(data):
    head = data[0] if data else 0
    text, _, rest = data[1:].partition(b'\0')
    form = struct.Struct(text)
    if form.size > 1 << 20:
        return form.size
    how = head & 3
    if how == 0:
        return form.unpack(rest)
    if how == 1:
        return form.unpack_from(rest, len(rest) - form.size - (head >> 4))
    if how == 2:
        return [next(it) for it in [form.iter_unpack(rest)] for _ in range(3)]
    values = [VALUES[(b + head) % len(VALUES)] for b in rest[:40]]
    buffer = bytearray(rest)
    form.pack_into(buffer, -form.size if head & 4 else head >> 4, *values)
    return bytes(buffer), form.pack(*values)
