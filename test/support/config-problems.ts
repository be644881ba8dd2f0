import { ConfigError, type Env, EnvReader } from '#shared/config/env.ts'

/** What `load` makes of an environment, and what it says against one that is not good. */
export function configOf<Config>(load: (read: EnvReader) => Config) {
  const config = (env: Env): Config => {
    const read = new EnvReader(env)
    const loaded = load(read)
    read.finish()
    return loaded
  }
  const problems = (env: Env): readonly string[] => {
    try {
      config(env)
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
  }
  return { load: config, problems }
}
