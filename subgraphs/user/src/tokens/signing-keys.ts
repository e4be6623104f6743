import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A public half as RFC 7517 writes it. */
export interface PublishedKey {
  kty: 'RSA';
  n: string;
  e: string;
  kid: string;
  alg: 'RS256';
  use: 'sig';
}

export interface SigningKeys {
  /** Signs from now on. */
  current: { kid: string; key: KeyObject };
  /** Every key's public half: tokens signed before a rotation stay valid until they expire. */
  jwks: { keys: PublishedKey[] };
}

const PEM = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g;
const LEAST_BITS = 2048;

/** Reads one or more RSA private keys (PKCS#8, PEM, one after the other); the first signs. */
export function readSigningKeys(pem: string): SigningKeys {
  const keys = (pem.match(PEM) ?? []).map(readKey);
  const [first] = keys;
  if (!first) throw new Error('there is no PKCS#8 private key in it');
  return {
    current: { kid: first.published.kid, key: first.key },
    jwks: { keys: keys.map(({ published }) => published) },
  };
}

function readKey(pem: string): { key: KeyObject; published: PublishedKey } {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`a key is ${key.asymmetricKeyType}, not RSA`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < LEAST_BITS) throw new Error(`a key has ${bits} bits, fewer than ${LEAST_BITS}`);
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { key, published: { kty: 'RSA', n, e, kid: thumbprint(n, e), alg: 'RS256', use: 'sig' } };
}

/** RFC 7638: the required members, in lexical order, without whitespace. */
const thumbprint = (n: string, e: string) =>
  createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');

/** A field of the environment schema. */
export const signingKeysFromPem = () =>
  z.string().transform((pem, context) => {
    try {
      return readSigningKeys(pem);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
