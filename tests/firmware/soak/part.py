def total(numbers):
    return sum(numbers)


TABLE = {n: str(n) for n in range(10)}
