import type { Dispatch, SetStateAction } from 'react'
import { formatCount } from '../core/format.ts'
import { FILTER_NAMES, type Filter, type Query } from '../core/query.ts'
import { useSpeech } from '../state/use-language.ts'
import { SearchIcon } from './icons.tsx'

type Props = {
  readonly query: Query
  readonly onQuery: Dispatch<SetStateAction<Query>>
  readonly counts: Readonly<Record<Filter, number>>
  /** There are more rows than are counted. */
  readonly more: boolean
  readonly admin: boolean
}

/** What the table shows: by state, by text, and for an administrator whose. */
export function Toolbar({ query, onQuery, counts, more, admin }: Props) {
  const { language, say } = useSpeech()
  const change = (part: Partial<Query>) => onQuery((old) => ({ ...old, ...part }))
  return (
    <div className="toolbar">
      <h2 id="uploads-title">{say('uploads')}</h2>
      <fieldset className="chips">
        <legend className="unseen">{say('col_state')}</legend>
        {FILTER_NAMES.map((filter) => (
          <button
            key={filter}
            type="button"
            data-filter={filter}
            aria-pressed={query.filter === filter}
            onClick={() => change({ filter })}
          >
            {say(`filter_${filter}`)}
            {counts[filter] > 0 && (
              <span className="count">
                {formatCount(counts[filter], language)}
                {more && '+'}
              </span>
            )}
          </button>
        ))}
      </fieldset>
      <span className="spring" />
      {admin && (
        <label className="switch">
          <input
            type="checkbox"
            checked={query.everyone}
            onChange={(event) => change({ everyone: event.target.checked })}
          />
          {say('all_users')}
        </label>
      )}
      <label className="search">
        <SearchIcon />
        <span className="unseen">{say('search')}</span>
        <input
          type="search"
          name="q"
          value={query.text}
          placeholder={say('search')}
          onChange={(event) => change({ text: event.target.value })}
        />
      </label>
    </div>
  )
}
