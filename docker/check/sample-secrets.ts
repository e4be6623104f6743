import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './documents.ts';

export interface SecretFiles {
  /** What `keys` of compose.yaml makes. */
  local: string;
  /** What an operator has: one file for each name, in capitals and not. */
  production: string;
  remove: () => void;
}

const key = () => randomBytes(32).toString('base64');
const database = (role: string, name = 'stampede') =>
  `postgres://${role}:${key().replaceAll('/', '_')}@db.example:5432/${name}`;

/** Secrets as an operator would make them; none is marked as a local one. */
function productionSecrets(): Record<string, string> {
  const roles = ['user', 'catalog', 'order', 'payment'];
  const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    identity_secret: randomBytes(32).toString('hex'),
    access_token_keys: rsa.export({ type: 'pkcs8', format: 'pem' }) as string,
    personal_data_keys: `2026:${key()},index:${key()}`,
    payment_token_keys: `2026:${key()}`,
    smtp_url: 'smtps://shop:sample@mail.example:465',
    redis_url: 'rediss://:sample@redis.example:6379',
    amqp_url: 'amqps://shop:sample@rabbitmq.example:5671',
    database_url: database('stampede_service'),
    kakao_client_secret: 'sample',
    naver_client_secret: '',
    naver_search_client_secret: '',
    kakaopay_secret_key: 'PRDsample',
    toss_secret_key: 'live_sk_sample',
    admin_database_url: database('postgres', 'postgres'),
    ...Object.fromEntries(roles.map((role) => [`role_password_${role}`, key()])),
    ...Object.fromEntries(roles.map((role) => [`database_url_${role}`, database(`stampede_${role}`)])),
  };
}

/** Makes both in a folder of their own, which `remove` takes away. */
export function makeSecretFiles(): SecretFiles {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-secrets-'));
  const local = join(folder, 'local');
  const production = join(folder, 'production');
  mkdirSync(production);
  execFileSync(process.execPath, [join(root, 'docker/local/make-container-keys.ts'), local]);
  for (const [name, content] of Object.entries(productionSecrets())) {
    writeFileSync(join(production, name), content);
    writeFileSync(join(production, name.toUpperCase()), content);
  }
  return { local, production, remove: () => rmSync(folder, { recursive: true }) };
}
