/** Every key of Airlock. The prefix is a hash tag, so that on a Cluster all of them lie in one slot and a script may touch any. */
export const createKeys = (prefix: string) => {
  const tag = `{${prefix}}`
  return Object.freeze({
    upload: (id: string) => `${tag}:upload:${id}`,
    uploadPrefix: `${tag}:upload:`,
    /** There while the index is whole; missing, Redis has lost its data (or never had any), and the index is rebuilt from disk. */
    built: `${tag}:built`,
    /** There while a rebuild runs: gone with Redis's data, so that the rebuild knows that it has to begin again. */
    rebuilding: (number: string) => `${tag}:rebuilding:${number}`,
    /** Hash: what the sweeps of the site have done, by action. */
    sweepActions: `${tag}:sweep-actions`,
    /** Sorted set of upload ids by creation time (ms). */
    ownerUploads: (owner: string) => `${tag}:uploads:${owner}`,
    allUploads: `${tag}:uploads`,
    /** Sorted set of an owner's partial uploads (tus "concatenation"), which are on no other list. */
    ownerPartials: (owner: string) => `${tag}:partials:${owner}`,
    /** Sorted set of upload ids in one state by the time of the last step (ms). */
    stateUploads: (state: string) => `${tag}:state:${state}`,
    stateUploadsPrefix: `${tag}:state:`,
    quota: (owner: string) => `${tag}:quota:${owner}`,
    /** Hash: `job/path` of each complete file → id of the upload that put it there. */
    placed: (owner: string) => `${tag}:placed:${owner}`,
    /** Sorted set: complete uploads whose file another one has replaced, until they are removed. */
    replaced: `${tag}:replaced`,
    /** Hash; `pending`: bytes promised to uploads and not yet received, in the whole site. */
    site: `${tag}:site`,
    events: `${tag}:events`,
    relayLease: `${tag}:relay:lease`,
    relayCursor: `${tag}:relay:cursor`,
    /** JSON list of the archive formats the scan workers have no decoder for; it runs out with the workers. */
    missingDecoders: `${tag}:missing-decoders`,
    lock: (id: string) => `${tag}:lock:${id}`,
    /** Written by each question whether Redis takes writes. */
    probe: `${tag}:probe`,
    /** Sorted set: locks under which bodies of the owner are received, by the end of their lease (ms). */
    bodies: (owner: string) => `${tag}:bodies:${owner}`,
    /** Which server has kept the locks since when, so that it is noticed when some may have been forgotten. */
    lockAge: `${tag}:lock-age`,
    lockRelease: `${tag}:lock-release`,
    rateLimit: `${tag}:rate`,
    ticket: (ticket: string) => `${tag}:ticket:${ticket}`,
    /** Key of Socket.IO's Redis adapter and emitter. */
    socketIo: `${tag}:socket.io`,
    /** Begins the keys of the line for scans; lua/scan-line.lua tells them. */
    scanLine: `${tag}:scan-line:`,
    /** Prefix of BullMQ's keys. */
    bull: `${tag}:bull`,
  })
}
export type Keys = ReturnType<typeof createKeys>
