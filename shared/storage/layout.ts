import { join } from 'node:path'

export type Layout = ReturnType<typeof createLayout>

/** Where everything lies under UPLOAD_ROOT (design §3). Takes parsed names only: an owner, an upload id, a job, a path inside a job. */
export const createLayout = (root: string) => {
  const staging = (owner: string) => join(root, 'users', owner, '.airlock')
  const quarantine = (owner: string) => join(root, 'quarantine', owner)
  const ledger = (owner: string) => join(root, 'ledger', owner)
  return Object.freeze({
    root,
    marker: join(root, '.airlock-root'),
    users: join(root, 'users'),
    staging,
    record: (owner: string, id: string) => join(staging(owner), `${id}.json`),
    /** A record on its way into the ledger. */
    folding: (owner: string, id: string) => join(staging(owner), `${id}.folding`),
    data: (owner: string, id: string) => join(staging(owner), `${id}.data`),
    /** How many of the bytes are proved; see proved-end.ts. */
    proved: (owner: string, id: string) => join(staging(owner), `${id}.proved`),
    job: (owner: string, job: string) => join(root, 'users', owner, 'jobs', job),
    placed: (owner: string, job: string, path: string) => join(root, 'users', owner, 'jobs', job, ...path.split('/')),
    quarantines: join(root, 'quarantine'),
    quarantine,
    quarantined: (owner: string, id: string) => join(quarantine(owner), `${id}.data`),
    ledgers: join(root, 'ledger'),
    ledger,
    /** `day`: `yyyy-mm-dd`, UTC. */
    ledgerDay: (owner: string, day: string) => join(ledger(owner), `${day}.jsonl`),
  })
}
