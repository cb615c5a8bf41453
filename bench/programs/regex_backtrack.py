"""re: greedy, lazy, groups, lookaround, back references over lines."""
import re

N = 25
LINES = [f'2024-{i % 12 + 1:02}-{i % 28 + 1:02} host{i % 7} app[{i}]: user={i % 91} path=/a/b{i}/c '
         f'"quoted {i} text" took {i * 3}ms' for i in range(120)]
PATTERNS = [r'(\d{4})-(\d\d)-(\d\d)\s+(\w+)\s+(\w+)\[(\d+)\]', r'user=(\d+).*?path=(\S+)',
            r'"([^"\\]|\\.)*"', r'(?<=took )\d+(?=ms)', r'\b(\w)\w*\1\b', r'.*(\d+).*ms$']


def run(n):
    compiled = [re.compile(p) for p in PATTERNS]
    found = 0
    for _ in range(n):
        for line in LINES:
            for pattern in compiled:
                match = pattern.search(line)
                if match:
                    found += match.end()
    return found
