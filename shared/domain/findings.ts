/** What a finding means for the file: policy may change it, code by code. */
export type Severity = 'quarantine' | 'warning' | 'note' | 'ignore'

type FindingText = {
  readonly severity: Severity
  readonly en: string
  readonly ko: string
  readonly advice: string
  readonly adviceKo: string
}

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
    adviceKo: '프로그램은 업로드할 수 없습니다. 소스를 보내거나 관리자에게 설치를 요청하십시오.',
  },
  executable_name: {
    severity: 'quarantine',
    en: 'A name that the system would run as a program',
    ko: '실행 파일로 취급되는 이름입니다',
    advice: 'Rename the file if it is data; programs cannot be uploaded.',
    adviceKo: '데이터 파일이라면 이름을 바꾸십시오. 프로그램은 업로드할 수 없습니다.',
  },
  archive_bomb: {
    severity: 'quarantine',
    en: 'An archive that expands beyond the limits',
    ko: '압축을 풀면 한도를 초과하는 압축 파일입니다',
    advice: 'Split the archive, or send the large file on its own.',
    adviceKo: '압축 파일을 나누거나 큰 파일을 따로 보내십시오.',
  },
  ambiguous_archive: {
    severity: 'quarantine',
    en: 'An archive that different tools would read differently',
    ko: '도구에 따라 다르게 읽히는 압축 파일입니다',
    advice: 'Make the archive again with an ordinary tool.',
    adviceKo: '일반적인 도구로 압축 파일을 다시 만드십시오.',
  },
  not_inspectable: {
    severity: 'quarantine',
    en: 'Content that cannot be looked into',
    ko: '내용을 검사할 수 없습니다',
    advice: 'Send it unencrypted, complete, and in a common format.',
    adviceKo: '암호를 풀고, 온전한 파일을, 일반적인 형식으로 보내십시오.',
  },
  unsafe_member: {
    severity: 'quarantine',
    en: 'An archive member that would be written outside its folder',
    ko: '압축 파일에 폴더 밖으로 나가는 항목이 있습니다',
    advice: 'Make the archive again with relative names and without links that leave it.',
    adviceKo: '상대 경로로, 폴더 밖을 가리키는 링크 없이 압축 파일을 다시 만드십시오.',
  },
  type_mismatch: {
    severity: 'quarantine',
    en: 'Content that contradicts the name',
    ko: '파일 이름과 내용이 다릅니다',
    advice: 'Check that the file was written whole, and give it the extension of its content.',
    adviceKo: '파일이 끝까지 기록되었는지 확인하고 내용에 맞는 확장자를 쓰십시오.',
  },
  digest_mismatch: {
    severity: 'quarantine',
    en: 'Other bytes than were announced',
    ko: '전송 전과 내용이 다릅니다',
    advice: 'The file changed on the way: send it again.',
    adviceKo: '전송 중에 파일이 바뀌었습니다. 다시 보내십시오.',
  },
  malware: {
    severity: 'quarantine',
    en: 'Malware, by the signature of an antivirus engine',
    ko: '백신 엔진이 악성 코드를 찾았습니다',
    advice: 'Do not send it again. Look after the machine it came from, and tell an administrator.',
    adviceKo: '다시 보내지 마십시오. 파일이 만들어진 컴퓨터를 점검하고 관리자에게 알리십시오.',
  },
  container_mismatch: {
    severity: 'warning',
    en: 'Another container than the name says',
    ko: '확장자와 다른 형식의 파일입니다',
    advice: 'Nothing to do if that is intended.',
    adviceKo: '의도한 것이라면 할 일이 없습니다.',
  },
  script_as_data: {
    severity: 'warning',
    en: 'A script under the name of data',
    ko: '데이터 파일 이름을 가진 스크립트입니다',
    advice: 'Rename it if it is a script.',
    adviceKo: '스크립트라면 이름을 바꾸십시오.',
  },
  windows_script: {
    severity: 'warning',
    en: 'A script for Windows or a shortcut',
    ko: 'Windows 스크립트 또는 바로 가기입니다',
    advice: 'Nothing to do if it is meant to be there.',
    adviceKo: '의도한 것이라면 할 일이 없습니다.',
  },
  odd_name: {
    severity: 'warning',
    en: 'A name with characters that can mislead',
    ko: '오해를 부를 수 있는 문자가 이름에 있습니다',
    advice: 'Rename the file with ordinary characters.',
    adviceKo: '일반적인 문자로 이름을 바꾸십시오.',
  },
  odd_archive: {
    severity: 'warning',
    en: 'An archive with an unusual structure',
    ko: '구조가 특이한 압축 파일입니다',
    advice: 'Nothing to do; make it again with an ordinary tool to be rid of the warning.',
    adviceKo: '할 일이 없습니다. 일반적인 도구로 다시 만들면 경고가 사라집니다.',
  },
  inner_link: {
    severity: 'warning',
    en: 'A link inside the archive',
    ko: '압축 파일 안에 링크가 있습니다',
    advice: 'Nothing to do; the link stays inside the archive.',
    adviceKo: '할 일이 없습니다. 링크는 압축 파일 안에 머뭅니다.',
  },
  antivirus_skipped: {
    severity: 'warning',
    en: 'Larger than the antivirus engine reads: judged by the other stages alone',
    ko: '백신 엔진의 한도보다 커서 나머지 단계로만 검사했습니다',
    advice: 'Nothing to do; send it in smaller files to have all of it scanned.',
    adviceKo: '할 일이 없습니다. 더 작은 파일로 나누어 보내면 백신 검사도 받습니다.',
  },
  script: {
    severity: 'note',
    en: 'A script or source file',
    ko: '스크립트 또는 소스 파일입니다',
    advice: 'Nothing to do.',
    adviceKo: '할 일이 없습니다.',
  },
  contains_native_code: {
    severity: 'note',
    en: 'A model with native code inside (FMU, SSP, twin)',
    ko: '네이티브 코드가 포함된 모델입니다 (FMU, SSP, twin)',
    advice: 'Nothing to do.',
    adviceKo: '할 일이 없습니다.',
  },
  allowed_native_code: {
    severity: 'note',
    en: 'Compiled code that this site allows you',
    ko: '이 사이트에서 허용한 컴파일된 코드입니다',
    advice: 'Nothing to do.',
    adviceKo: '할 일이 없습니다.',
  },
  active_content: {
    severity: 'note',
    en: 'Instructions that a solver runs when it reads the file',
    ko: '솔버가 읽을 때 실행하는 내용이 있습니다',
    advice:
      'Look at the place if you did not know of it. Where your site holds such files back, ask its administrators.',
    adviceKo: '몰랐던 내용이라면 해당 위치를 확인하세요. 사이트에서 이런 파일을 막는 경우 관리자에게 문의하세요.',
  },
} as const satisfies Record<string, FindingText>

export type FindingCode = keyof typeof FINDINGS
