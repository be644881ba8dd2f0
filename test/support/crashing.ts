/** Stands in for the death of a process. */
export class Crash extends Error {}

/** Calls that change nothing: dying in one of them is dying before the next. */
const LOOKS =
  /^(stat|read|get|is|has|choose|locate|holds|assert|ids|standing|replaced|quota|lastEvent|figures|inFlight|open)/

/** Counts calls and dies at one of them: the call does not happen, or it happens and nobody hears of it. */
export function createCrashes() {
  let left = Number.POSITIVE_INFINITY
  let before = true
  return {
    /** Dies at the `at`-th call that changes anything from now on. */
    arm(at: number, how: 'before' | 'after'): void {
      left = at
      before = how === 'before'
    },
    disarm(): void {
      left = Number.POSITIVE_INFINITY
    },
    /** The same object whose calls may die; after a death all of them do, as nothing of a dead process goes on. */
    wrap: <Target extends object>(target: Target): Target =>
      new Proxy(target, {
        get(object, name, self) {
          const member = Reflect.get(object, name, self)
          if (typeof member !== 'function' || LOOKS.test(String(name))) return member
          return async (...args: unknown[]) => {
            left--
            if (left < 0 || (left === 0 && before)) throw new Crash('died before')
            const answer = await member.apply(object, args)
            if (left === 0) throw new Crash('died after')
            return answer
          }
        },
      }),
  }
}
