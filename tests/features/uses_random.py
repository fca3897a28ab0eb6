import random

random.seed(1)
assert len({random.randint(0, 1000000) for _ in range(5)}) > 1
