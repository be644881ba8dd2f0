import type { ReactNode } from 'react'
import type { Language } from '../core/words.ts'
import { useSpeech } from '../state/use-language.ts'
import { Mark } from './icons.tsx'

const NAMES: readonly (readonly [Language, string])[] = [
  ['en', 'EN'],
  ['ko', '한국어'],
]

/** The bar at the top; `children` say who is signed in. */
export function Header({ children }: { readonly children?: ReactNode }) {
  const { language, say, setLanguage } = useSpeech()
  return (
    <header className="bar">
      <span className="brand">
        <Mark />
        <strong>Airlock</strong>
        <span className="tagline">{say('tagline')}</span>
      </span>
      <span className="spring" />
      {children}
      <fieldset className="languages">
        <legend className="unseen">{say('language')}</legend>
        {NAMES.map(([code, name]) => (
          <button
            key={code}
            type="button"
            lang={code}
            aria-pressed={language === code}
            onClick={() => setLanguage(code)}
          >
            {name}
          </button>
        ))}
      </fieldset>
    </header>
  )
}
