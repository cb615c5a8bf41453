"""sqlite3: inserts, queries, a Python function and an aggregate."""
import sqlite3

N = 4000


class Longest:
    def __init__(self):
        self.best = ''

    def step(self, text):
        if len(text) > len(self.best):
            self.best = text

    def finalize(self):
        return self.best


def run(n):
    db = sqlite3.connect(':memory:')
    db.create_function('twice', 1, lambda x: x * 2)
    db.create_aggregate('longest', 1, Longest)
    db.execute('create table item (id integer primary key, name text, price real)')
    db.executemany('insert into item values (?, ?, ?)',
                   ((i, f'item {i}', i * 0.5) for i in range(n)))
    total = sum(row[0] for row in db.execute('select twice(id) from item'))
    total += len(db.execute('select * from item where price > ?', (n / 4,)).fetchall())
    for i in range(n // 4):
        total += db.execute('select price from item where id = ?', (i,)).fetchone()[0]
    name, = db.execute('select longest(name) from item').fetchone()
    db.close()
    return total, name
