import { createContext, use, useEffect, useMemo, useState } from 'react'
import { isLanguage, type Language, preferredLanguage, type Say, speak } from '../core/words.ts'
import { recall, remember } from '../edge/storage.ts'

export type Speech = { readonly language: Language; readonly say: Say; readonly setLanguage: (to: Language) => void }

const LANGUAGE_KEY = 'airlock.language'
export const SpeechContext = createContext<Speech>({ language: 'en', say: speak('en'), setLanguage: () => {} })

export const useSpeech = (): Speech => use(SpeechContext)

/** The language that was chosen, else the browser's. */
export function useLanguage(): Speech {
  const [language, setLanguage] = useState<Language>(() => {
    const chosen = recall(LANGUAGE_KEY)
    return isLanguage(chosen) ? chosen : preferredLanguage(navigator.languages)
  })
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  return useMemo(() => {
    const choose = (to: Language) => {
      remember(LANGUAGE_KEY, to)
      setLanguage(to)
    }
    return { language, say: speak(language), setLanguage: choose }
  }, [language])
}
