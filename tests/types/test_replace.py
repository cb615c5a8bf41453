"""str.replace of one character by none, one or several, in short and long texts, as splitting and joining do it."""
import hashlib
import random

random.seed(5)
texts = hashlib.sha256()
wrong = 0
for _ in range(5000):
    s = ''.join(random.choice('ab<&"c') for _ in range(random.choice((0, 1, 2, 5, 9, 40, 200))))
    if random.random() < 0.1:
        s += random.choice('é日😀')
    old = random.choice('ab<&zé')
    new = random.choice(('', 'x', 'yy', '&amp;', 'q' * 70, 'é', '日本'))
    count = random.choice((-1, 0, 1, 2, 5, 100, 1000))
    replaced = s.replace(old, new, count)
    wrong += replaced != (s if count == 0 else new.join(s.split(old, count)))
    wrong += replaced.isascii() != all(c < '\x80' for c in replaced)
    texts.update(replaced.encode())
print(wrong, texts.hexdigest())
same = 'some text'
print(same.replace('q', 'xx') is same, same.replace('s', 'xx', 0) is same, 'aaa'.replace('a', ''), 'ba'.replace('a', ''))
