import { useEffect, useState } from 'react'
import { fetchPageConfig, type PageConfig } from '../edge/page-config.ts'

const RETRY_MS = 3_000

/** The page's configuration; undefined until the server has given it, `failing` while it does not. */
export function usePageConfig(): { config: PageConfig | undefined; failing: boolean } {
  const [config, setConfig] = useState<PageConfig>()
  const [failing, setFailing] = useState(false)
  useEffect(() => {
    const leaving = new AbortController()
    let retrying: ReturnType<typeof setTimeout> | undefined
    const ask = () =>
      fetchPageConfig(leaving.signal).then(setConfig, () => {
        if (leaving.signal.aborted) return
        setFailing(true)
        retrying = setTimeout(ask, RETRY_MS)
      })
    void ask()
    return () => {
      leaving.abort()
      clearTimeout(retrying)
    }
  }, [])
  return { config, failing }
}
