"""csv: write, read, dictionaries, numbers from text."""
import csv
import io

N = 2500


def run(n):
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(['id', 'name', 'price', 'note'])
    for i in range(n):
        writer.writerow([i, f'name {i}', i * 0.5, 'a, "b"' if i % 5 == 0 else 'plain'])
    stream.seek(0)
    total = 0
    for row in csv.DictReader(stream):
        total += int(row['id']) + float(row['price']) + len(row['note'])
    stream.seek(0)
    total += sum(len(row) for row in csv.reader(stream))
    return total
