/** Runs `work` on at most `width` items at once and gives the results in the order of the items. */
export async function* mapInOrder<Item, Result>(
  items: AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  for await (const item of items) {
    const result = work(item)
    // Awaited in its turn below; until then a failure must not count as unhandled.
    result.catch(() => undefined)
    running.push(result)
    if (running.length >= width) yield (await running.shift()) as Result
  }
  for (const result of running) yield await result
}
