"""tables.py OUT: read a table in several dialects, group its rows, and write it as CSV, as text and as a database.

The input is made here: commas, quotes, newlines and other alphabets in its fields.
"""
import csv
import io
import os
import random
import sqlite3
import statistics
import sys
from collections import defaultdict

WORDS = ['plain', 'with, comma', 'with "quotes"', 'two\nlines', ' spaces ', 'naïve', 'Größe', '数据', '']


def make_rows(count):
    rng = random.Random(11)
    for i in range(count):
        yield [str(i), rng.choice(WORDS), '%.3f' % rng.gauss(10, 3), rng.choice(WORDS), str(rng.randrange(1000))]


def main(out):
    rows = list(make_rows(20000))
    for dialect in csv.list_dialects():
        path = os.path.join(out, dialect + '.csv')
        with open(path, 'w', newline='', encoding='utf-8') as f:
            writer = csv.writer(f, dialect)
            writer.writerow(['id', 'name', 'value', 'note', 'group'])
            writer.writerows(rows)
        with open(path, newline='', encoding='utf-8') as f:
            assert [list(r.values()) for r in csv.DictReader(f, dialect=dialect)] == rows
    groups = defaultdict(list)
    for _, name, value, _, _ in rows:
        groups[name].append(float(value))
    for name, values in sorted(groups.items()):
        print('%-16r %6d %10.4f %10.4f' % (name, len(values), statistics.fmean(values), statistics.stdev(values)))
    print(csv.Sniffer().sniff('a;b;c\n1;2;3\n').delimiter)
    database = sqlite3.connect(':memory:')
    database.execute('create table t (id integer, name text, value real, note text, grp integer)')
    database.executemany('insert into t values (?, ?, ?, ?, ?)', rows)
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(
        database.execute('select grp, count(*), round(avg(value), 6), max(note) from t group by grp order by grp'))
    with open(os.path.join(out, 'groups.csv'), 'w', encoding='utf-8') as f:
        f.write(text.getvalue())


main(sys.argv[1])
