import { expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { readSigningKeys } from '../src/tokens/signing-keys.js';
import { newSigningKey } from './open-user.js';

test('signs with the first key and publishes all of them', () => {
  const [first, second] = [newSigningKey(), newSigningKey()];
  const { current, jwks } = readSigningKeys(`${first}\n${second}`);
  expect(jwks.keys.map(({ kid }) => kid)).toEqual([current.kid, readSigningKeys(second).current.kid]);
  expect(current.kid).toBe(readSigningKeys(first).current.kid);
});

const pem = { type: 'pkcs8', format: 'pem' } as const;
test.each([
  ['no key', '', 'no PKCS#8 private key'],
  ['a short key', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(pem), '1024 bits'],
  ['a key of another kind', generateKeyPairSync('ed25519').privateKey.export(pem), 'ed25519, not RSA'],
])('refuses %s', (_, text, problem) => {
  expect(() => readSigningKeys(text.toString())).toThrow(problem);
});
