export type Language = 'en' | 'ko'

/** Every word of the page: English, Korean. `{name}` is filled in. */
export const WORDS = {
  tagline: ['Upload gate', '업로드 게이트'],
  language: ['Language', '언어'],
  sign_out: ['Sign out', '로그아웃'],
  signed_out: ['You are signed out', '로그아웃되었습니다'],
  sign_in_how: [
    'Airlock has no passwords of its own: sign in at the portal, and it opens this page for you.',
    'Airlock에는 별도의 비밀번호가 없습니다. 포털에서 로그인하면 이 페이지가 열립니다.',
  ],
  sign_in_no_portal: [
    'Open this page with the link you were given. It carries a token that signs you in.',
    '받은 링크로 이 페이지를 여십시오. 링크에 포함된 토큰으로 로그인됩니다.',
  ],
  session_expired: [
    'Your session has ended. Uploads already under way can be resumed after you sign in.',
    '세션이 만료되었습니다. 진행 중이던 업로드는 다시 로그인한 뒤 이어서 할 수 있습니다.',
  ],
  token_unreadable: ['The token in the link cannot be read.', '링크의 토큰을 읽을 수 없습니다.'],
  to_portal: ['Go to the portal', '포털로 이동'],
  starting: ['Starting …', '시작하는 중 …'],
  no_config: ['The server does not answer. Trying again …', '서버가 응답하지 않습니다. 다시 시도하는 중 …'],
  link_live: ['Live', '실시간'],
  link_connecting: ['Connecting …', '연결 중 …'],
  link_lost: ['Not live, refreshing every few seconds', '실시간 아님, 몇 초마다 새로 고침'],

  send: ['Send files', '파일 보내기'],
  job: ['Job', '작업'],
  job_hint: ['The folder the files go to', '파일이 저장될 폴더'],
  if_exists: ['If the name exists', '같은 이름이 있으면'],
  conflict_rename: ['keep both', '둘 다 보관'],
  conflict_replace: ['replace', '바꾸기'],
  conflict_refuse: ['refuse', '거부'],
  drop_note: ['Up to {size} a file. Folders keep their tree.', '파일당 최대 {size}. 폴더 구조가 유지됩니다.'],
  drop_note_any: ['Folders keep their tree.', '폴더 구조가 유지됩니다.'],
  sending: ['{sent} of {total} sent', '{total}개 중 {sent}개 보냄'],

  not_sent: ['Not sent', '보내지 못한 파일'],
  again: ['Try again', '다시 시도'],

  space: ['Space', '저장 공간'],
  space_used: ['{size} used', '{size} 사용'],
  space_reserved: ['{size} on the way', '{size} 전송 예약'],
  space_free: ['{size} free', '{size} 남음'],
  space_unlimited: ['no limit', '한도 없음'],

  uploads: ['Uploads', '업로드'],
  filter_all: ['All', '전체'],
  filter_underway: ['Under way', '진행 중'],
  filter_complete: ['Complete', '완료'],
  filter_quarantined: ['Quarantined', '격리됨'],
  filter_held: ['Held', '보류'],
  search: ['Find by path or job', '경로 또는 작업으로 찾기'],
  all_users: ['All users', '모든 사용자'],
  col_file: ['File', '파일'],
  col_owner: ['User', '사용자'],
  col_job: ['Job', '작업'],
  col_state: ['State', '상태'],
  col_size: ['Size', '크기'],
  col_type: ['Type', '형식'],
  col_time: ['Sent', '보낸 시각'],
  col_actions: ['Actions', '동작'],
  nothing: ['Nothing here yet. Drop a file or a folder to begin.', '아직 없습니다. 파일이나 폴더를 끌어다 놓으십시오.'],
  nothing_found: ['Nothing matches.', '일치하는 항목이 없습니다.'],
  load_more: ['Load more', '더 보기'],
  loading: ['Loading …', '불러오는 중 …'],
  shown: ['{n} shown', '{n}개 표시'],

  state_receiving: ['Receiving', '수신 중'],
  state_received: ['Waiting for scan', '검사 대기'],
  state_scanning: ['Scanning', '검사 중'],
  state_complete: ['Complete', '완료'],
  state_quarantined: ['Quarantined', '격리됨'],
  state_held: ['Held', '보류'],
  state_deleted: ['Deleted', '삭제됨'],
  state_expired: ['Expired', '만료됨'],
  of_unknown: ['{size} so far', '{size} 수신'],
  entries: ['entries: {n}', '항목 {n}개'],

  reasons: ['Why it is not let through', '통과하지 못한 이유'],
  warnings: ['Warnings', '경고'],
  notes: ['Notes', '참고'],
  advice: ['What to do', '조치'],
  held_why: ['The scan could not finish, so the file is held back.', '검사를 마치지 못해 파일을 보류했습니다.'],
  expired_why: ['It was not finished in time; send it again.', '제시간에 끝나지 않았습니다. 다시 보내 주십시오.'],
  and_more: ['and {n} more', '외 {n}건'],
  details: ['Details', '자세히'],
  detail_type: ['Detected type', '감지된 형식'],
  detail_looked: ['Looked at', '검사 범위'],
  detail_looked_file: ['{read} of {total}', '{total} 중 {read}'],
  detail_looked_text: [
    '{read} of {total}, entries: {entries}, depth {depth}',
    '{total} 중 {read}, 항목 {entries}개, 깊이 {depth}',
  ],
  detail_limits: ['Limits hit', '도달한 한도'],
  detail_not_inspected: ['Not looked into', '검사하지 못한 항목'],
  detail_id: ['Upload id', '업로드 ID'],
  detail_created: ['Begun', '시작'],
  detail_updated: ['Last change', '마지막 변경'],
  detail_expires: ['Expires', '만료'],
  no_verdict: ['Not scanned yet.', '아직 검사하지 않았습니다.'],

  download: ['Download', '내려받기'],
  delete: ['Delete', '삭제'],
  delete_title: ['Delete this file?', '이 파일을 삭제할까요?'],
  delete_text: [
    'The file and its record are removed. This cannot be undone.',
    '파일과 기록이 삭제됩니다. 되돌릴 수 없습니다.',
  ],
  cancel: ['Cancel', '취소'],
  close: ['Close', '닫기'],

  refused_401: ['Signed out', '로그아웃됨'],
  refused_403: ['Not allowed', '권한이 없습니다'],
  refused_404: ['No longer there', '더 이상 없습니다'],
  refused_409: ['Conflict', '충돌'],
  refused_410: ['Expired', '만료됨'],
  refused_413: ['Too large', '너무 큽니다'],
  refused_429: ['Too many requests, wait a moment', '요청이 너무 많습니다. 잠시 기다려 주십시오'],
  refused_503: ['The server is busy or restarting', '서버가 바쁘거나 다시 시작하는 중입니다'],
  refused_507: ['No room left', '저장 공간이 부족합니다'],
  refused_other: ['The server refused', '서버가 거부했습니다'],
  unreachable: ['The server cannot be reached', '서버에 연결할 수 없습니다'],
} as const satisfies Record<string, readonly [en: string, ko: string]>

export type Word = keyof typeof WORDS
export type Say = (word: Word, values?: Readonly<Record<string, string | number>>) => string

const LANGUAGES: readonly Language[] = ['en', 'ko']

/** The function that speaks `language`. */
export function speak(language: Language): Say {
  const column = LANGUAGES.indexOf(language)
  return (word, values = {}) =>
    (WORDS[word][column] ?? WORDS[word][0]).replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole))
}

export const isLanguage = (value: unknown): value is Language => LANGUAGES.includes(value as Language)

/** Korean if the browser prefers it to English, else English. */
export function preferredLanguage(preferred: readonly string[]): Language {
  const first = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage)
  return first ?? 'en'
}
