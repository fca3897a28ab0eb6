import asyncio
import uasyncio

assert uasyncio.sleep_ms is asyncio.sleep_ms
seen = []


async def worker(name, delay, event):
    await asyncio.sleep_ms(delay)
    seen.append(name)
    event.set()


async def main():
    events = [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(worker(2 - n, 20 * (3 - n), events[n])) for n in range(3)]
    await asyncio.gather(*tasks)
    await events[0].wait()
    try:
        await asyncio.wait_for_ms(worker(None, 10000, events[0]), 5)
    except asyncio.TimeoutError:
        seen.append("late")


asyncio.run(main())
assert seen == [0, 1, 2, "late"], seen
