import { setTimeout as pause } from 'node:timers/promises'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { testToken } from '../../support/tokens.ts'
import { bearer, FILES_PATH, TUS_PATH } from '../../support/tus.ts'

const ANSWER_MS = 45_000
const WAIT_MS = 300

export type RestClient = ReturnType<typeof createRestClient>

/** Questions to the API through all faults: asked again while nobody answers, or the answer is "not now". */
export function createRestClient(url: string, signal: AbortSignal) {
  const admin = testToken({ sub: 'root', groups: ['admin'], expiresIn: '12h' })

  async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    for (;;) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { ...bearer(admin), ...headers },
        signal: limit,
      }).then(
        async (response) => ({ response, text: await response.text() }),
        () => undefined,
      )
      signal.throwIfAborted()
      if (answer !== undefined && ![409, 423, 503].includes(answer.response.status)) {
        const body = [204, 304].includes(answer.response.status) ? null : answer.text
        return new Response(body, answer.response)
      }
      await pause(WAIT_MS)
    }
  }

  return {
    /** The view of `id`, or the status that was answered instead. */
    async view(id: string): Promise<UploadView | number> {
      const answer = await ask('GET', `${FILES_PATH}/uploads/${id}`)
      return answer.ok ? ((await answer.json()) as UploadView) : answer.status
    },
    remove: async (id: string): Promise<number> => (await ask('DELETE', `${FILES_PATH}/uploads/${id}`)).status,
    /** Every upload the site lists. */
    async all(): Promise<UploadView[]> {
      const views: UploadView[] = []
      for (let cursor = ''; ; ) {
        const query = `user=*&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`
        const answer = await ask('GET', `${FILES_PATH}/uploads?${query}`)
        if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
        const page = (await answer.json()) as { uploads: UploadView[]; next_cursor: string | null }
        views.push(...page.uploads)
        if (page.next_cursor === null) return views
        cursor = page.next_cursor
      }
    },
    /** Upload-Metadata of `id` as HEAD echoes it. */
    async metadata(id: string): Promise<string> {
      const answer = await ask('HEAD', `${TUS_PATH}/${id}`, { 'Tus-Resumable': '1.0.0' })
      return answer.headers.get('upload-metadata') ?? ''
    },
    async extensions(): Promise<string[]> {
      const answer = await ask('OPTIONS', TUS_PATH)
      return (answer.headers.get('tus-extension') ?? '').split(',')
    },
  }
}
