import Uppy from '@uppy/core'
import { RateLimitedQueue } from '@uppy/core/utils'
import Dashboard from '@uppy/dashboard'
import Tus from '@uppy/tus'
import { handOver, type OnConflict, type Waiting } from '../core/backlog.ts'
import type { Refusal } from '../core/refusal.ts'
import { UPPY_WORDS } from '../core/uppy-words.ts'
import type { Language } from '../core/words.ts'
import type { PageConfig } from './page-config.ts'
import { tusOptions } from './tus-options.ts'
import { describeFile, type FileBody, type FileMeta, waitingAgain, withIdentity } from './uppy-file.ts'

/** A file that was given up, and why; `again` where another try may help. */
export type NotSent = { readonly name: string; readonly why: string; readonly again?: Waiting }
/** Of what was dropped since the last time nothing was left to do. */
export type Sending = { readonly sent: number; readonly left: number; readonly notSent: readonly NotSent[] }

export type UploaderDeps = {
  readonly config: PageConfig
  readonly owner: string
  readonly token: () => string
  /** What the form says at the moment of the drop. */
  readonly form: () => { job: string; onConflict: OnConflict }
  readonly words: (refusal: Refusal) => string
  readonly onSending: (sending: Sending) => void
}

export type Uploader = ReturnType<typeof createUploader>

const PARALLEL = 4

/** Uppy with its Dashboard and tus. What is dropped is sent, in its order; Uppy itself only holds what is on its way. */
export function createUploader(target: HTMLElement, { config, owner, token, form, words, onSending }: UploaderDeps) {
  let waiting: readonly Waiting[] = []
  let notSent: readonly NotSent[] = []
  let sent = 0
  const uppy = new Uppy<FileMeta, FileBody>({
    id: 'airlock',
    autoProceed: true,
    restrictions: { maxFileSize: config.maxUploadBytes > 0 ? config.maxUploadBytes : null },
    onBeforeFileAdded: (file, files) => {
      const named = withIdentity(file, owner)
      return Object.hasOwn(files, named.id) ? false : named
    },
  })
  uppy.use(Dashboard<FileMeta, FileBody>, {
    target,
    inline: true,
    width: '100%',
    height: 252,
    theme: 'auto',
    fileManagerSelectionType: 'both',
    singleFileFullScreen: false,
    disableThumbnailGenerator: true,
    disableInformer: true,
    hideProgressDetails: true,
    proudlyDisplayPoweredByUppy: false,
    doneButtonHandler: null,
  })
  const queue = new RateLimitedQueue(PARALLEL)
  uppy.use(Tus<FileMeta, FileBody>, tusOptions({ endpoint: config.tusEndpoint, token, queue, words }))

  const pour = () => {
    for (;;) {
      const count = handOver(waiting.length, uppy.getFiles().length)
      if (count === 0) break
      const batch = waiting.slice(0, count)
      waiting = waiting.slice(count)
      uppy.addFiles(batch.map(describeFile))
    }
    const left = waiting.length + uppy.getFiles().length
    if (left === 0) sent = 0
    onSending({ sent, left, notSent })
  }
  const send = (files: readonly Waiting[]) => {
    waiting = waiting.concat(files)
    pour()
  }
  const dashboard = uppy.getPlugin('Dashboard') as unknown as Dashboard<FileMeta, FileBody>
  // Drop, paste and both choosers end here.
  dashboard.addFiles = (files) => send(files.map((file) => ({ file, ...form() })))

  uppy.on('restriction-failed', (file, error) => {
    if ((error as { isUserFacing?: boolean }).isUserFacing !== false)
      notSent = [...notSent, { name: file?.name ?? '', why: error.message }]
  })
  uppy.on('upload-error', (file, error) => {
    if (file === undefined) return
    notSent = [...notSent, { name: file.name ?? '', why: error.message, again: waitingAgain(file) }]
    queueMicrotask(() => {
      uppy.removeFile(file.id)
      uppy.setState({ error: null })
    })
  })
  // What has arrived is in the table of uploads.
  uppy.on('upload-success', (file) => {
    sent++
    if (file !== undefined) queueMicrotask(() => uppy.removeFile(file.id))
  })
  uppy.on('file-removed', () => queueMicrotask(pour))
  uppy.on('cancel-all', () => {
    waiting = []
  })
  return {
    speak: (language: Language, note: string) => {
      uppy.setOptions({ locale: { strings: UPPY_WORDS[language] } as never })
      dashboard.setOptions({ note })
    },
    /** Sends again what was not sent, under the rule that now stands in the form. */
    again: () => {
      const { onConflict } = form()
      const files = notSent.flatMap(({ again }) => (again === undefined ? [] : [{ ...again, onConflict }]))
      notSent = []
      send(files)
    },
    forget: () => {
      notSent = []
      pour()
    },
    isBusy: () => waiting.length > 0 || uppy.getFiles().length > 0,
    /** Lets go without `uppy.destroy()`, which would delete on the server what can still be resumed. */
    release: () => {
      uppy.pauseAll()
      uppy.removePlugin(dashboard)
    },
  }
}
