import { gzipSync } from 'node:zlib'

/** More than any MaxRecursion: its ceiling is 100, and some layers are not counted. */
const LAYERS = 400

/**
 * A few KiB that are nested deeper than clamd ever reads. One that tells of its limits (AlertExceedsMax) raises an alert;
 * one that says OK says so of everything it leaves unread.
 */
export function limitTrial(): Buffer {
  let bytes = Buffer.from('nested')
  for (let i = 0; i < LAYERS; i++) bytes = gzipSync(bytes)
  return bytes
}
