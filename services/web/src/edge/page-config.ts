export type PageConfig = {
  /** Where the realtime process is; empty: at this page's origin. */
  readonly realtimeUrl: string
  readonly portalUrl: string | null
  /** 0: no limit. */
  readonly maxUploadBytes: number
  readonly tusEndpoint: string
  /** Whose members see the uploads of all. */
  readonly adminGroups: readonly string[]
}

export async function fetchPageConfig(signal: AbortSignal): Promise<PageConfig> {
  const answer = await fetch('/config.json', { signal, cache: 'no-store' })
  if (!answer.ok) throw new Error(`Cannot read config.json: status ${answer.status}`)
  return parsePageConfig((await answer.json()) as Record<string, unknown>)
}

const parsePageConfig = (raw: Record<string, unknown>): PageConfig => ({
  realtimeUrl: typeof raw.realtime_url === 'string' ? raw.realtime_url : '',
  portalUrl: typeof raw.portal_url === 'string' && /^https?:/.test(raw.portal_url) ? raw.portal_url : null,
  maxUploadBytes: typeof raw.max_upload_bytes === 'number' ? raw.max_upload_bytes : 0,
  tusEndpoint: typeof raw.tus_endpoint === 'string' ? raw.tus_endpoint : '/api/v2/files/upload',
  adminGroups: Array.isArray(raw.admin_groups) ? raw.admin_groups.filter((group) => typeof group === 'string') : [],
})
