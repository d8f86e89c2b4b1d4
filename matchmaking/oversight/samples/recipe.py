"""The draw written a second time, for people: shown on the page, run by its test and by whoever checks.

It reads the published list and prints the sample. Nothing of the product is needed, and it knows nothing of it.
"""

RECIPE = """\
import hashlib, sys

path, seed, interval = sys.argv[1], sys.argv[2], int(sys.argv[3])
raw = open(path, "rb").read()
words = hashlib.sha256(raw).hexdigest() + ":" + seed
number = lambda text: int(hashlib.sha256(text.encode()).hexdigest(), 16)
rows = [line.split("\\t") for line in raw.decode().split("\\n") if line]
rows = [(key, int(amount)) for key, amount in rows]
drawn = [row for row in rows if row[1] >= interval]
counter, most = 0, 2**256 // interval * interval
while number(words + "#%d" % counter) >= most:
    counter += 1
point, passed = number(words + "#%d" % counter) % interval, 0
for key, amount in sorted(rows, key=lambda row: number(words + ":" + row[0])):
    if amount < interval:
        passed += amount
        if point < passed:
            drawn.append((key, amount))
            point += interval
for key, amount in sorted(drawn, key=lambda row: (-row[1], row[0])):
    print(key, amount, sep="\\t")
"""
