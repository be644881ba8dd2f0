export { freePort } from '../../infra/process/free-port.ts'
