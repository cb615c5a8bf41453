"""Extended slices of bytearray: what is stored, deleted, refused."""
b = bytearray(range(50))
for part in (slice(None, None, 2), slice(None, None, -1), slice(40, 3, -7), slice(5, 5, 3), slice(49, None, 3), slice(None, None, 60)):
    n = len(b[part])
    b[part] = bytes(range(100, 100 + n))
    print(b)
    try:
        b[part] = bytes(n + 1)
    except ValueError as e:
        print(e)
    shorter = bytearray(b)
    del shorter[part]
    print(shorter)
    b[part] = b[part]
    b[part] = memoryview(bytes(b[part]))
    print(b)
