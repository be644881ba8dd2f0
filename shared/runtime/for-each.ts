/** Runs `work` for each item, at most `limit` at once, and reads no further ahead: memory does not grow with their number. The first error ends it. */
export async function forEachAtMost<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  try {
    for await (const item of items) {
      const one: Promise<void> = work(item).finally(() => running.delete(one))
      // Waited for below; a failure meanwhile is not unhandled.
      one.catch(() => undefined)
      running.add(one)
      if (running.size >= limit) await Promise.race(running)
    }
    await Promise.all(running)
  } finally {
    await Promise.allSettled(running)
  }
}
