import { ConfigError } from '#shared/config/env.ts'
import { BadPolicy } from '#shared/domain/parse-policy.ts'
import type { CliContext } from './cli-context.ts'
import { type Command, parseCommandLine, UsageError } from './command-line.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { HELP } from './help.ts'
import { runPolicyCheck, runPolicyShow } from './policy-commands.ts'
import { runRebuild } from './rebuild-command.ts'
import { runScan } from './scan-command.ts'

/** Carries a command line out and gives the exit code. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  try {
    return await run(parseCommandLine(args, context.env), context)
  } catch (error) {
    if (error instanceof UsageError) {
      context.warn(`airlock: ${error.message}\nTry "airlock --help"`)
      return EXIT.usage
    }
    if (error instanceof ConfigError) {
      context.warn(`airlock: ${error.message}`)
      return EXIT.badConfig
    }
    if (error instanceof BadPolicy) {
      context.warn(`airlock: ${error.message}\n${error.problems.map((problem) => `- ${problem}`).join('\n')}`)
      return EXIT.badPolicy
    }
    context.warn(`airlock: ${error instanceof Error ? error.message : String(error)}`)
    return EXIT.held
  }
}

async function run(command: Command, context: CliContext): Promise<ExitCode> {
  switch (command.name) {
    case 'help':
      context.say(HELP.trimEnd())
      return EXIT.clean
    case 'scan':
      return runScan(command, context)
    case 'rebuild':
      return runRebuild(command, context)
    case 'policy check':
      return runPolicyCheck(command.file, context)
    case 'policy show':
      return runPolicyShow(command.policyFile, command.groups, context)
  }
}
