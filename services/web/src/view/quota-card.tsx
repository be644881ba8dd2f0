import type { QuotaView } from '#shared/contracts/events.ts'
import { formatBytes } from '../core/format.ts'
import { useSpeech } from '../state/use-language.ts'

/** Used, promised and free space; without a limit, the figures alone. */
export function QuotaCard({ quota: { used, reserved, limit } }: { readonly quota: QuotaView }) {
  const { say } = useSpeech()
  const share = (bytes: number) => (limit === null || limit === 0 ? 0 : Math.min(100, (bytes / limit) * 100))
  const free =
    limit === null
      ? say('space_unlimited')
      : say('space_free', { size: formatBytes(Math.max(0, limit - used - reserved)) })
  const full = limit !== null && used + reserved >= limit * 0.9
  return (
    <section className="card quota" aria-labelledby="space-title" data-full={full}>
      <div className="card-head">
        <h2 id="space-title">{say('space')}</h2>
        <span className="figure">
          {formatBytes(used)}
          {limit !== null && <span className="dim"> / {formatBytes(limit)}</span>}
        </span>
      </div>
      {limit !== null && (
        <div className="quota-bar" aria-hidden="true">
          <span className="used" style={{ width: `${share(used)}%` }} />
          <span className="reserved" style={{ width: `${share(reserved)}%` }} />
        </div>
      )}
      <p className="dim small">
        {reserved > 0 && `${say('space_reserved', { size: formatBytes(reserved) })} · `}
        {free}
      </p>
    </section>
  )
}
