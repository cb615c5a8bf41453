"""re: search and substitution in a long string of few letters."""
import random
import re

N = 40000


def run(n):
    source = random.Random(5)
    text = ''.join(source.choices('acgt', k=n))
    patterns = ['agggtaaa|tttaccct', '[cgt]gggtaaa|tttaccc[acg]', 'a[act]ggtaaa|tttacc[agt]t',
                'ag[act]gtaaa|tttac[agt]ct', 'agg[act]taaa|ttta[agt]cct']
    counts = [len(re.findall(p, text)) for p in patterns]
    for old, new in (('tHa[Nt]', '<4>'), ('aND|caN|Ha[DS]|WaS', '<3>'), ('a[NSt]|BY', '<2>'),
                     (r'\|[^|][^|]*\|', '|'), ('g+', lambda m: 'G%d' % len(m[0]))):
        text = re.sub(old, new, text)
    return counts, len(text)
