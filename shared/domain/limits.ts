export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
export const TIB = 1024 * GIB

/** Named budgets of every read and every name that comes from outside. Bytes unless the name says otherwise. */
export const LIMITS = Object.freeze({
  /** tus names no limit for Upload-Metadata; Node's whole header block is 16 KiB. */
  metadataBytes: 8 * KIB,
  /** NAME_MAX of ext4, XFS, Lustre and NFS. */
  nameBytes: 255,
  /** A path inside a job; PATH_MAX is 4096 and the root takes its part. */
  pathBytes: 2048,
  pathComponents: 64,
  jobIdBytes: 128,
  ownerBytes: 64,
  /** The most that MAX_UPLOAD_BYTES may be set to: a record of more is damaged, whatever it is set to now. */
  uploadBytes: 1024 * TIB,
  tokenBytes: 8 * KIB,
  /** Two verdicts of 50 findings of each severity, with room. */
  recordBytes: MIB,
  policyBytes: 256 * KIB,
  listPage: 200,
  snapshotUploads: 200,
  /** Findings kept of each severity in one verdict; the rest is counted. */
  findings: 50,
  progressPerSecond: 4,
})
