const pick = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))

/** What a program of ours gets of this process's environment: nothing that could configure it. */
export const bareEnv = (): Record<string, string> => pick(['PATH', 'NODE_COMPILE_CACHE'])

/** The same, and where its user is at home. */
export const userEnv = (): Record<string, string> => ({ ...bareEnv(), ...pick(['HOME', 'TMPDIR', 'LANG', 'TZ']) })
