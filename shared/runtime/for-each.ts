/** Runs `work` for each item, at most `limit` at once, and reads no further ahead: memory does not grow with their number. The first error ends it. */
export async function forEachAtMost<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  // One that failed while the next item was waited for is in the set no more.
  const failed: unknown[] = []
  try {
    for await (const item of items) {
      const one: Promise<void> = work(item).finally(() => running.delete(one))
      // Waited for below; a failure meanwhile is not unhandled.
      one.catch((error: unknown) => failed.push(error))
      running.add(one)
      if (running.size >= limit) await Promise.race(running)
      if (failed.length > 0) break
    }
    await Promise.all(running)
  } finally {
    await Promise.allSettled(running)
  }
  if (failed.length > 0) throw failed[0]
}
