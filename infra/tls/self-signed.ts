import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, explicit, implicit, integer, objectId, octets, sequence, set, text, time } from './der.ts'

export type Certificate = { readonly certificate: string; readonly key: string }

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))
const COMMON_NAME = objectId('2.5.4.3')
const SUBJECT_ALT_NAME = objectId('2.5.29.17')
const EXTENDED_KEY_USAGE = objectId('2.5.29.37')
/** What a certificate may be used for, RFC 5280 §4.2.1.12. */
export const SERVER_AUTH = objectId('1.3.6.1.5.5.7.3.1')
export const CLIENT_AUTH = objectId('1.3.6.1.5.5.7.3.2')

/**
 * A certificate (RFC 5280) for these host names and IPv4 addresses, signed by itself, and its P-256 key, both PEM: something
 * to start with until the site's own is put in its place. Made here because a slim image has no openssl.
 */
export function selfSigned(names: readonly string[], from: Date, days: number, usages = [SERVER_AUTH]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const name = sequence(set(sequence(COMMON_NAME, text(names[0] ?? 'localhost'))))
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(from), time(new Date(from.getTime() + days * 86_400_000))),
    name,
    publicKey,
    explicit(3, sequence(altNames(names), sequence(EXTENDED_KEY_USAGE, octets(sequence(...usages))))),
  )
  const signature = sign('sha256', body, createPrivateKey(privateKey))
  return { certificate: pem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, bits(signature))), key: privateKey }
}

/** GeneralName: [2] dNSName, [7] iPAddress. */
const altNames = (names: readonly string[]): Buffer =>
  sequence(
    SUBJECT_ALT_NAME,
    octets(
      sequence(
        ...names.map((name) =>
          isIP(name) === 4
            ? implicit(7, Buffer.from(name.split('.').map(Number)))
            : implicit(2, Buffer.from(name, 'ascii')),
        ),
      ),
    ),
  )

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
