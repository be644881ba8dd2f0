/** What a finding means for the file: policy may change it, code by code. */
export type Severity = 'quarantine' | 'warning' | 'note' | 'ignore'

type FindingText = { readonly severity: Severity; readonly en: string; readonly ko: string; readonly advice: string }

/**
 * Every code the gate may raise, with its default severity (scan.md §1), its words for people, and what the user should do.
 * The codes are stable: clients and site policies switch on them.
 */
export const FINDINGS = {
  executable: {
    severity: 'quarantine',
    en: 'An executable program',
    ko: '실행 파일입니다',
    advice: 'Programs cannot be uploaded. Send sources, or ask an administrator to install the program.',
  },
  executable_name: {
    severity: 'quarantine',
    en: 'A name that the system would run as a program',
    ko: '실행 파일로 취급되는 이름입니다',
    advice: 'Rename the file if it is data; programs cannot be uploaded.',
  },
  archive_bomb: {
    severity: 'quarantine',
    en: 'An archive that expands beyond the limits',
    ko: '압축을 풀면 한도를 초과하는 압축 파일입니다',
    advice: 'Split the archive, or send the large file on its own.',
  },
  ambiguous_archive: {
    severity: 'quarantine',
    en: 'An archive that different tools would read differently',
    ko: '도구에 따라 다르게 읽히는 압축 파일입니다',
    advice: 'Make the archive again with an ordinary tool.',
  },
  not_inspectable: {
    severity: 'quarantine',
    en: 'Content that cannot be looked into',
    ko: '내용을 검사할 수 없습니다',
    advice: 'Send it unencrypted, complete, and in a common format.',
  },
  unsafe_member: {
    severity: 'quarantine',
    en: 'An archive member that would be written outside its folder',
    ko: '압축 파일에 폴더 밖으로 나가는 항목이 있습니다',
    advice: 'Make the archive again with relative names and without links that leave it.',
  },
  type_mismatch: {
    severity: 'quarantine',
    en: 'Content that contradicts the name',
    ko: '파일 이름과 내용이 다릅니다',
    advice: 'Check that the file was written whole, and give it the extension of its content.',
  },
  digest_mismatch: {
    severity: 'quarantine',
    en: 'Other bytes than were announced',
    ko: '전송 전과 내용이 다릅니다',
    advice: 'The file changed on the way: send it again.',
  },
  container_mismatch: {
    severity: 'warning',
    en: 'Another container than the name says',
    ko: '확장자와 다른 형식의 파일입니다',
    advice: 'Nothing to do if that is intended.',
  },
  script_as_data: {
    severity: 'warning',
    en: 'A script under the name of data',
    ko: '데이터 파일 이름을 가진 스크립트입니다',
    advice: 'Rename it if it is a script.',
  },
  windows_script: {
    severity: 'warning',
    en: 'A script for Windows or a shortcut',
    ko: 'Windows 스크립트 또는 바로 가기입니다',
    advice: 'Nothing to do if it is meant to be there.',
  },
  odd_name: {
    severity: 'warning',
    en: 'A name with characters that can mislead',
    ko: '오해를 부를 수 있는 문자가 이름에 있습니다',
    advice: 'Rename the file with ordinary characters.',
  },
  odd_archive: {
    severity: 'warning',
    en: 'An archive with an unusual structure',
    ko: '구조가 특이한 압축 파일입니다',
    advice: 'Nothing to do; make it again with an ordinary tool to be rid of the warning.',
  },
  inner_link: {
    severity: 'warning',
    en: 'A link inside the archive',
    ko: '압축 파일 안에 링크가 있습니다',
    advice: 'Nothing to do; the link stays inside the archive.',
  },
  script: {
    severity: 'note',
    en: 'A script or source file',
    ko: '스크립트 또는 소스 파일입니다',
    advice: 'Nothing to do.',
  },
  contains_native_code: {
    severity: 'note',
    en: 'A model with native code inside (FMU, SSP, twin)',
    ko: '네이티브 코드가 포함된 모델입니다 (FMU, SSP, twin)',
    advice: 'Nothing to do.',
  },
  active_content: {
    severity: 'note',
    en: 'Instructions that a solver runs when it reads the file',
    ko: '솔버가 읽을 때 실행하는 내용이 있습니다',
    advice: 'Nothing to do.',
  },
} as const satisfies Record<string, FindingText>

export type FindingCode = keyof typeof FINDINGS
