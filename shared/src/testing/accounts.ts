import {
  createHash,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { Sql } from '../database/index.js';
import type { Role } from '../identity/index.js';
import type { Sealer } from '../sealing/index.js';

export interface CreateAccountsOptions {
  /** Connected to the schema `user`, as an administrator or in that service's role. */
  database: Sql;
  /** Of the user service's PERSONAL_DATA_KEYS. */
  sealer: Sealer;
  /** The user service's ACCESS_TOKEN_KEYS: PEM text; the first key signs. */
  keys: string;
  count: number;
  role?: Role;
  /** What a SELLER is called; a number follows where there are several. */
  displayName?: string;
  /** Hashed as the user service does; nobody can sign in by password without it. */
  passwordHash?: string;
  tokenTtlSeconds?: number;
}

export interface TestAccount {
  id: string;
  email: string;
  /** As `signIn` would have given it, but for its longer life. */
  accessToken: string;
  sessionId: string;
}

/** Accounts per statement. */
const BATCH = 250;

/**
 * Makes verified accounts, each signed in on one device, straight in the database: for load and black-box tests,
 * which need thousands in seconds. An account is committed before it is given out.
 */
export async function* createAccounts(options: CreateAccountsOptions): AsyncGenerator<TestAccount> {
  const { count, tokenTtlSeconds = 12 * 3_600, role = 'BUYER' } = options;
  const key = createPrivateKey(options.keys);
  const kid = thumbprint(key);
  for (let made = 0; made < count; made += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - made) }, () => newAccount(role));
    await insertAccounts(options, batch, made);
    await insertSessions(options.database, batch, tokenTtlSeconds);
    for (const { id, email, sessionId } of batch) {
      const claims = { role, sid: sessionId, sub: id };
      yield { id, email, sessionId, accessToken: signToken(key, kid, claims, tokenTtlSeconds) };
    }
  }
}

type NewAccount = Omit<TestAccount, 'accessToken'>;

function newAccount(role: Role): NewAccount {
  const id = randomUUID();
  return { id, email: `${role.toLowerCase()}-${id}@stampede.test`, sessionId: randomUUID() };
}

async function insertAccounts(
  { database, sealer, role = 'BUYER', displayName = 'Test Brand', passwordHash }: CreateAccountsOptions,
  accounts: NewAccount[],
  made: number,
): Promise<void> {
  const seal = (column: string, row: string, text: string) =>
    sealer.seal(text, { table: 'account', column, row });
  const brand = (index: number) => (made + index === 0 ? displayName : `${displayName} ${made + index + 1}`);
  await database.run(
    `INSERT INTO account (id, email, email_index, name, display_name, role, password_hash, email_verified_at)
     SELECT id, email, email_index, name, display_name, $6, $7, now()
       FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[])
         AS made (id, email, email_index, name, display_name)`,
    [
      accounts.map(({ id }) => id),
      accounts.map(({ id, email }) => seal('email', id, email)),
      accounts.map(({ email }) => sealer.blindIndex(email)),
      accounts.map(({ id }, index) => seal('name', id, `Test ${made + index + 1}`)),
      accounts.map((_, index) => (role === 'SELLER' ? brand(index) : null)),
      role,
      passwordHash ?? null,
    ],
  );
}

/** Nobody knows a refresh token of these sessions: the columns hold hashes of nothing. */
async function insertSessions(database: Sql, accounts: NewAccount[], ttlSeconds: number): Promise<void> {
  await database.run(
    `INSERT INTO session (id, account_id, device, expires_at, refresh_hash, refresh_family)
     SELECT id, account_id, 'Load test', now() + make_interval(secs => $4), hash, hash
       FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS made (id, account_id, hash)`,
    [
      accounts.map(({ sessionId }) => sessionId),
      accounts.map(({ id }) => id),
      accounts.map(() => randomBytes(32)),
      ttlSeconds,
    ],
  );
}

function signToken(key: KeyObject, kid: string, holder: object, ttlSeconds: number): string {
  const iat = Math.floor(Date.now() / 1_000);
  const header = { alg: 'RS256', typ: 'at+jwt', kid };
  const claims = {
    ...holder,
    iss: 'stampede',
    aud: 'stampede',
    iat,
    exp: iat + ttlSeconds,
    jti: randomUUID(),
  };
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function thumbprint(key: KeyObject): string {
  const { e, n } = createPublicKey(key).export({ format: 'jwk' });
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
}
