"""str: concatenation, join, slices, methods."""
N = 30000


def run(n):
    text = ''
    for i in range(n):
        text += chr(97 + i % 26)
        if i % 7 == 0:
            text += ' '
    words = text.split()
    joined = '-'.join(word.capitalize() for word in words)
    count = 0
    for word in words:
        if word.startswith('a') or word.endswith('z') or 'mn' in word:
            count += len(word.replace('a', 'bb').strip('b'))
        count += word.find('x') + word.count('c')
    turned = ''.join(reversed(joined))
    for i in range(0, len(turned) - 5, 5):
        piece = turned[i:i + 5]
        if piece == piece[::-1] or piece.upper() == piece:
            count += 1
    return count, len(joined)
