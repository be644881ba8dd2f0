import { AppError } from '#shared/domain/errors.ts'
import { probePort } from '../process/free-port.ts'
import type { DevSettings } from './settings.ts'

/** Throws `port_taken` for the first port that cannot be had. */
export async function checkPorts({ host, apiPort, realtimePort }: DevSettings): Promise<void> {
  await checkPort('API_PORT', apiPort, host)
  await checkPort('REALTIME_PORT', realtimePort, host)
}

async function checkPort(name: string, port: number, host: string): Promise<void> {
  try {
    await probePort(port, host)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'it is taken by another program' : (cause as Error).message
    throw new AppError(
      'conflict',
      'port_taken',
      `Cannot start: no way to listen on port ${port} of ${host}, ${why}; set ${name} to a free one`,
      { cause },
    )
  }
}
