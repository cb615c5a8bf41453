"""Float attributes and arithmetic: five bodies under gravity."""
N = 4000


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass
        self.x, self.y, self.z = position
        self.vx, self.vy, self.vz = velocity


def bodies():
    return [Body(40.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
            Body(0.04, (4.8, -1.2, -0.1), (0.6, 2.8, -0.02)),
            Body(0.01, (8.3, 4.1, -0.4), (-1.0, 1.8, 0.008)),
            Body(0.002, (12.9, -15.1, -0.2), (1.1, 0.9, -0.01)),
            Body(0.002, (15.4, -25.9, 0.2), (1.0, 0.6, -0.03))]


def step(system, pairs, dt):
    for a, b in pairs:
        dx = a.x - b.x
        dy = a.y - b.y
        dz = a.z - b.z
        pull = dt / (dx * dx + dy * dy + dz * dz) ** 1.5
        am = a.mass * pull
        bm = b.mass * pull
        a.vx -= dx * bm
        a.vy -= dy * bm
        a.vz -= dz * bm
        b.vx += dx * am
        b.vy += dy * am
        b.vz += dz * am
    for body in system:
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def run(n):
    system = bodies()
    pairs = [(a, b) for i, a in enumerate(system) for b in system[i + 1:]]
    for _ in range(n):
        step(system, pairs, 0.01)
    return round(sum(b.x for b in system), 6)
