"""Complex numbers and floats: escape times on a grid."""
N = 70


def escape(c, limit):
    z = 0j
    for i in range(limit):
        z = z * z + c
        if abs(z) > 2.0:
            return i
    return limit


def escape_floats(cr, ci, limit):
    x = y = 0.0
    for i in range(limit):
        xx, yy = x * x, y * y
        if xx + yy > 4.0:
            return i
        y = 2.0 * x * y + ci
        x = xx - yy + cr
    return limit


def run(n):
    total = 0
    for row in range(n):
        ci = row * 2.0 / n - 1.0
        for column in range(n):
            cr = column * 3.0 / n - 2.0
            total += escape_floats(cr, ci, 50)
            if column & 1:
                total += escape(complex(cr, ci), 50)
    return total
