import type { Client } from './client.ts'

/** The sockets of this process, by whom they belong to. */
export class ClientRegistry {
  readonly #byOwner = new Map<string, Set<Client>>()
  readonly #admins = new Set<Client>()

  add(client: Client): void {
    const own = this.#byOwner.get(client.principal.user)
    if (own === undefined) this.#byOwner.set(client.principal.user, new Set([client]))
    else own.add(client)
    if (client.principal.isAdmin) this.#admins.add(client)
  }

  remove(client: Client): void {
    const own = this.#byOwner.get(client.principal.user)
    own?.delete(client)
    if (own?.size === 0) this.#byOwner.delete(client.principal.user)
    this.#admins.delete(client)
  }

  of(owner: string): ReadonlySet<Client> {
    return this.#byOwner.get(owner) ?? NONE
  }

  /** Who may hear of uploads of `owner`: the owner, and administrators. */
  *audience(owner: string): Iterable<Client> {
    yield* this.of(owner)
    for (const admin of this.#admins) if (admin.principal.user !== owner) yield admin
  }

  *all(): Iterable<Client> {
    for (const clients of this.#byOwner.values()) yield* clients
  }

  count(kind: Client['kind']): number {
    let count = 0
    for (const client of this.all()) if (client.kind === kind) count++
    return count
  }
}

const NONE: ReadonlySet<Client> = new Set()
