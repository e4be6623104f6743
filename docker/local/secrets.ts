import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

export const serviceRoles = ['user', 'catalog', 'order', 'payment'] as const;
export type ServiceRole = (typeof serviceRoles)[number];

/** What a local installation keeps secret. Production refuses every value that has `local-only-` in it. */
export interface Secrets {
  postgresqlPassword: string;
  rolePasswords: Record<ServiceRole, string>;
  identitySecret: string;
  personalDataKeys: string;
  paymentTokenKeys: string;
  kakaopaySecretKey: string;
  accessTokenKeysFile: string;
}

/** Reads a home's secrets, which its first start makes: data encrypted by them stays readable. */
export function openSecrets(home: Home): Secrets {
  const folder = home.folder('keys', 0o700);
  const file = join(folder, 'secrets.json');
  const accessTokenKeysFile = join(folder, 'access-token.pem');
  if (!existsSync(accessTokenKeysFile)) writeWhole(accessTokenKeysFile, newAccessTokenKey());
  if (!existsSync(file)) writeWhole(file, JSON.stringify(newSecrets(), null, 2));
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as Secrets), accessTokenKeysFile };
}

/** Secrets of a new installation, each marked as a local one. */
export function newSecrets(): Omit<Secrets, 'accessTokenKeysFile'> {
  return {
    postgresqlPassword: localOnly(),
    rolePasswords: { user: localOnly(), catalog: localOnly(), order: localOnly(), payment: localOnly() },
    identitySecret: localOnly(),
    // The entry `index` makes blind indexes, which find an address without opening all of them.
    personalDataKeys: `${newKeyRing()},index:${randomKey()}`,
    paymentTokenKeys: newKeyRing(),
    kakaopaySecretKey: localOnly(),
  };
}

function localOnly(): string {
  return `local-only-${randomBytes(24).toString('hex')}`;
}

function newKeyRing(): string {
  return `local-only-1:${randomKey()}`;
}

function randomKey(): string {
  return randomBytes(32).toString('base64');
}

/** An RSA key in PKCS#8 PEM, below a line of text (RFC 7468, section 5.2) that marks it as a local one. */
export function newAccessTokenKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return `local-only-access-token-key\n${privateKey.export({ type: 'pkcs8', format: 'pem' }) as string}`;
}

/** A start that is cut off leaves no half-written secret. */
function writeWhole(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
