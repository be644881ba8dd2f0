/** Runs `work` and rejects with `name` in the message if it takes longer than `ms`; the work itself is not stopped. */
export async function withDeadline<Value>(name: string, ms: number, work: () => Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Cannot finish ${name}: not done within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
