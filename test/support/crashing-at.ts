/** A crash: the n-th call that changes something does not happen (`before`), or happens and nobody hears of it; none happens after it. */
export function crashingAt(crashAt: number, before: boolean, reads: readonly string[]) {
  let calls = 0
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, name, self) {
        const member = Reflect.get(object, name, self)
        if (typeof member !== 'function' || reads.includes(String(name))) return member
        return async (...args: unknown[]) => {
          const dies = ++calls === crashAt
          const isDead = crashAt > 0 && calls > crashAt
          if (isDead || (dies && before)) throw new Error('crash')
          const answer = await member.apply(object, args)
          if (dies) throw new Error('crash')
          return answer
        }
      },
    })
  return { wrap, calls: () => calls }
}
