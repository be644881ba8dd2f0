import { type GoodCase, goodCases, type HostileCase, hostileCases } from './case.ts'
import { EMBEDDED_GOOD } from './good/embedded.ts'
import { FILES } from './good/files.ts'
import { FOREIGN_GOOD } from './good/foreign.ts'
import { TARS } from './good/tars.ts'
import { ZIPS } from './good/zips.ts'
import { ZIPS_INSIDE } from './good/zips-inside.ts'
import { BOMBS } from './hostile/bombs.ts'
import { CORNERS } from './hostile/corners.ts'
import { CPIO } from './hostile/cpio.ts'
import { EMBEDDED } from './hostile/embedded.ts'
import { EMBEDDED_IN_KNOWN } from './hostile/embedded-in-known.ts'
import { EMBEDDED_IN_OLE } from './hostile/embedded-in-ole.ts'
import { EMBEDDED_STREAMS } from './hostile/embedded-streams.ts'
import { EXECUTABLES } from './hostile/executables.ts'
import { FOREIGN } from './hostile/foreign.ts'
import { GZIP } from './hostile/gzip.ts'
import { LINKS } from './hostile/links.ts'
import { MISMATCHES } from './hostile/mismatches.ts'
import { NAMES } from './hostile/names.ts'
import { SKIPPABLE } from './hostile/skippable.ts'
import { TAR } from './hostile/tar.ts'
import { TAR_CONTENTS } from './hostile/tar-contents.ts'
import { TARS_IN_FRONT } from './hostile/tars-in-front.ts'
import { UNREAD } from './hostile/unread.ts'
import { UNREADABLE } from './hostile/unreadable.ts'
import { ZIP_ENDS } from './hostile/zip-ends.ts'
import { ZIP_MEMBERS } from './hostile/zip-members.ts'
import { ZIP_TAILS } from './hostile/zip-tails.ts'

/** Each must be quarantined, for the reason it is named after. */
export const HOSTILE: readonly HostileCase[] = hostileCases(
  ...[
    ZIP_MEMBERS,
    ZIP_ENDS,
    ZIP_TAILS,
    GZIP,
    TAR,
    TAR_CONTENTS,
    TARS_IN_FRONT,
    LINKS,
    NAMES,
    EXECUTABLES,
    CORNERS,
    FOREIGN,
    CPIO,
    EMBEDDED,
    EMBEDDED_IN_KNOWN,
    EMBEDDED_IN_OLE,
    EMBEDDED_STREAMS,
    SKIPPABLE,
    UNREADABLE,
    UNREAD,
    MISMATCHES,
  ],
)
/** Kept apart, because each is timed. */
export const BOMB_CASES: readonly HostileCase[] = hostileCases(BOMBS)
/** Each must be complete, and without a warning that is not listed with it. */
export const GOOD: readonly GoodCase[] = goodCases(FILES, ZIPS, TARS, FOREIGN_GOOD, ZIPS_INSIDE, EMBEDDED_GOOD)
