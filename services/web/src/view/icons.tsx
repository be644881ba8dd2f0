const LINE = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const

/** The two doors of an airlock, one of them open. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" strokeWidth="3" />
    <path d="M14.4 8.2v15.6a8 8 0 0 1 0-15.6Z" fill="currentColor" />
    <path d="M17.6 8.2v15.6a8 8 0 0 0 0-15.6Z" fill="currentColor" opacity=".45" />
  </svg>
)

export const DownloadIcon = () => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" {...LINE}>
    <path d="M8 2.2v8M4.7 7.2 8 10.4l3.3-3.2M2.8 13.4h10.4" />
  </svg>
)

export const DeleteIcon = () => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" {...LINE}>
    <path d="M2.6 4.4h10.8M6.2 4.2V2.6h3.6v1.6M4 4.6l.6 8.8h6.8l.6-8.8M6.8 7v4M9.2 7v4" />
  </svg>
)

export const ChevronIcon = () => (
  <svg className="icon chevron" viewBox="0 0 16 16" aria-hidden="true" {...LINE}>
    <path d="m6 3.6 4.4 4.4L6 12.4" />
  </svg>
)

export const SearchIcon = () => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" {...LINE}>
    <circle cx="7" cy="7" r="4.4" />
    <path d="m10.4 10.4 3.2 3.2" />
  </svg>
)
