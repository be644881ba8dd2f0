import type { Principal } from '#shared/contracts/token.ts'
import type { StateMessage } from '../../../services/realtime/event-stream.ts'
import type { CloseReason, Peer } from '../../../services/realtime/hub/client.ts'

export const principal = (user: string, isAdmin = false): Principal => ({
  user,
  groups: [],
  permissions: ['dashboard'],
  isAdmin,
  expiresAt: null,
})

/** A state event with a made-up upload; delivery looks at id and owner only. */
export const event = (id: string, owner = 'ada'): StateMessage => ({
  type: 'upload_state',
  data: { upload_id: 'u', owner, state: 'received', previous: 'receiving', upload: {} as never },
  timestamp: '',
  id,
})

export type FakePeer = Peer & { readonly sent: string[]; bytes: number; closed: CloseReason | undefined }

export const fakePeer = (): FakePeer => ({
  kind: 'ws',
  sent: [],
  bytes: 0,
  closed: undefined,
  send({ envelope }) {
    this.sent.push(envelope.type === 'upload_state' ? envelope.id : `${envelope.type} ${envelope.id}`.trim())
  },
  buffered() {
    return this.bytes
  },
  close(why) {
    this.closed = why
  },
})
