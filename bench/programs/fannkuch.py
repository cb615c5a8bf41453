"""List slices and reversal: the longest run of prefix reversals over permutations."""
N = 8


def flips(deck):
    count = 0
    while (first := deck[0]) != 0:
        deck[:first + 1] = deck[first::-1]
        count += 1
    return count


def run(n):
    deck = list(range(n))
    turns = [0] * n
    best = checksum = 0
    sign = 1
    while True:
        if deck[0]:
            count = flips(deck[:])
            if count > best:
                best = count
            checksum += sign * count
        sign = -sign
        level = 1
        while level < n:
            deck.insert(level, deck.pop(0))
            turns[level] += 1
            if turns[level] <= level:
                break
            turns[level] = 0
            level += 1
        else:
            return best, checksum
