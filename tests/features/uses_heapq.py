import heapq

heap = [5, 1, 4]
heapq.heapify(heap)
heapq.heappush(heap, 0)
assert [heapq.heappop(heap) for _ in range(4)] == [0, 1, 4, 5]
