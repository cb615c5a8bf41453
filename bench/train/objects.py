"""Training: classes, calls, attributes, exceptions, generators: an inventory simulation."""
import functools

N = 400


class Event:
    __slots__ = ('time', 'kind', 'item')

    def __init__(self, time, kind, item=None):
        self.time = time
        self.kind = kind
        self.item = item

    def __lt__(self, other):
        return self.time < other.time

    def __repr__(self):
        return f'<{self.kind} at {self.time}>'


class OutOfStock(LookupError):
    pass


class Store:
    limit = 50

    def __init__(self, name, *, stock=None, **options):
        self.name = name
        self.stock = dict(stock or {})
        self.options = options
        self.log = []

    @property
    def total(self):
        return sum(self.stock.values())

    @classmethod
    def empty(cls, name):
        return cls(name)

    @staticmethod
    def price(item, amount=1, *, rebate=0.0):
        return len(item) * amount * (1.0 - rebate)

    def add(self, item, amount=1):
        self.stock[item] = self.stock.get(item, 0) + amount
        return self

    def take(self, item, amount=1):
        try:
            left = self.stock[item] - amount
        except KeyError as e:
            raise OutOfStock(item) from e
        if left < 0:
            raise OutOfStock(item)
        if left == 0:
            del self.stock[item]
        else:
            self.stock[item] = left

    def __contains__(self, item):
        return item in self.stock

    def __len__(self):
        return len(self.stock)

    def __iter__(self):
        for item in sorted(self.stock):
            yield item, self.stock[item]

    def __getitem__(self, item):
        return self.stock[item]

    def __enter__(self):
        self.log.append('open')
        return self

    def __exit__(self, kind, value, traceback):
        self.log.append('closed')
        return kind is OutOfStock

    def __getattr__(self, name):
        if name.startswith('get_'):
            return functools.partial(self.take, name[4:])
        raise AttributeError(name)


class Loud(Store):
    def add(self, item, amount=1):
        self.log.append((item, amount))
        return super().add(item, amount)

    def __eq__(self, other):
        return isinstance(other, Store) and self.stock == other.stock

    def __hash__(self):
        return hash(self.name)


def events(n):
    state = 12345
    for i in range(n):
        state = (state * 1103515245 + 12345) & 0x7fffffff
        yield Event(state % 1000, 'buy' if state >> 8 & 1 else 'sell', 'item%d' % (state % 37))


def averages(values):
    total, count = 0.0, 0
    for value in values:
        total += value
        count += 1
        yield total / count


def nested(depth):
    if depth == 0:
        raise OutOfStock('deep')
    try:
        nested(depth - 1)
    finally:
        depth -= 1


def run(n):
    store = Loud('main', stock={'a': 3}, colour='red')
    other = Store.empty('other')
    failed = 0
    price = 0.0
    for event in sorted(events(n)):
        if event.kind == 'buy':
            store.add(event.item, amount=2)
            other.add(event.item)
        else:
            try:
                store.take(event.item)
                price += store.price(event.item, 2, rebate=0.1)
            except OutOfStock:
                failed += 1
        if event.item in store and store[event.item] > 3:
            price += Store.price(event.item)
        with store as s, other:
            s.take('nothing')
        if store == other or not other:
            failed += 1
        if hasattr(store, 'missing'):
            failed += 1
        getattr(store, 'total')
    try:
        nested(6)
    except OutOfStock as e:
        failed += len(e.args)
    last = list(averages(amount for _, amount in store))[-1]
    args = [('x', 1), ('y', 2)]
    for a in args:
        store.add(*a)
        store.add(**dict(zip(('item', 'amount'), a)))
    names = {name: [len(name), f'{name!r:>10}'] for name, amount in store if amount > 1}
    assert all(isinstance(v, list) for v in names.values())
    return failed, round(price, 3), round(last, 3), len(store.log), store.total
