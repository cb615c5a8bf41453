"""Operator methods on small objects: spheres, a plane, shadows."""
import math

N = 34


class Vec:
    __slots__ = ('x', 'y', 'z')

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vec(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k, self.z * k)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self):
        return self * (1.0 / math.sqrt(self.dot(self)))


class Sphere:
    def __init__(self, centre, radius, colour):
        self.centre, self.radius, self.colour = centre, radius, colour

    def hit(self, origin, direction):
        to_centre = self.centre - origin
        along = to_centre.dot(direction)
        square = self.radius ** 2 - to_centre.dot(to_centre) + along * along
        if square < 0:
            return None
        distance = along - math.sqrt(square)
        return distance if distance > 1e-6 else None

    def normal(self, point):
        return (point - self.centre).unit()


class Floor:
    colour = 0.4

    def hit(self, origin, direction):
        if direction.y > -1e-6:
            return None
        return (-1.0 - origin.y) / direction.y

    def normal(self, point):
        return Vec(0.0, 1.0, 0.0)


class Scene:
    def __init__(self):
        self.things = [Sphere(Vec(i - 2.0, (i % 3) * 0.5, 4.0 + i), 0.8, 0.2 + i / 8)
                       for i in range(5)]
        self.things.append(Floor())
        self.light = Vec(-3.0, 6.0, -2.0)

    def nearest(self, origin, direction):
        best = None
        for thing in self.things:
            distance = thing.hit(origin, direction)
            if distance is not None and (best is None or distance < best[0]):
                best = (distance, thing)
        return best

    def shade(self, origin, direction, depth=2):
        found = self.nearest(origin, direction)
        if found is None:
            return 0.1
        distance, thing = found
        point = origin + direction * distance
        normal = thing.normal(point)
        to_light = (self.light - point).unit()
        start = point + normal * 1e-4
        value = 0.1
        if self.nearest(start, to_light) is None:
            value += max(0.0, normal.dot(to_light)) * thing.colour
        if depth:
            mirrored = direction - normal * (2 * normal.dot(direction))
            value += 0.3 * self.shade(start, mirrored, depth - 1)
        return value


def run(n):
    scene = Scene()
    eye = Vec(0.0, 0.5, -3.0)
    total = 0.0
    for row in range(n):
        for column in range(n):
            direction = Vec(column / n - 0.5, 0.5 - row / n, 1.0).unit()
            total += scene.shade(eye, direction)
    return round(total, 6)
