import type { Sql } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { emailIndex } from './account.entity.js';

export type Purpose = 'SIGN_UP' | 'VERIFY' | 'RESET';

const HOUR_MS = 3_600_000;
/** A reset opens what is somebody's already: whoever asks for one is there to follow it. */
const LIFETIME_MS: Record<Purpose, number> = { SIGN_UP: 24 * HOUR_MS, VERIFY: 24 * HOUR_MS, RESET: HOUR_MS };

/** When a link that is mailed now ends. */
export const linkEnds = (purpose: Purpose): Date => new Date(Date.now() + LIFETIME_MS[purpose]);

/** What a link carries: 32 random bytes in base64url. */
export const newLinkToken = (): string => randomBytes(32).toString('base64url');

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Of a text that cannot be a token too, it is a hash of nothing there. */
const hashOf = (token: string): Buffer =>
  TOKEN.test(token) ? createHash('sha256').update(token).digest() : Buffer.alloc(0);

export interface NewLink {
  purpose: Purpose;
  token: string;
  email: string;
  expiresAt: Date;
  language: Language;
  /** Whose address a VERIFY link proves. */
  accountId?: string | null;
  /** What a SIGN_UP link completes. */
  name?: string;
  phone?: string | null;
  passwordHash?: string;
}

/** Writes down a link that is about to be mailed; written down again, it is the same. */
export async function addLink(sql: Sql, sealer: Sealer, link: NewLink): Promise<void> {
  const id = randomUUID();
  const seal = (column: string, text: string | null | undefined) =>
    text == null ? null : sealer.seal(text, { table: 'mail_link', column, row: id });
  await sql.run(
    `INSERT INTO mail_link
       (id, purpose, token_hash, email, email_index, account_id, name, phone, password_hash, language, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (token_hash) DO NOTHING`,
    [
      id,
      link.purpose,
      hashOf(link.token),
      seal('email', link.email),
      emailIndex(sealer, link.email),
      link.accountId ?? null,
      seal('name', link.name),
      seal('phone', link.phone),
      link.passwordHash ?? null,
      link.language,
      link.expiresAt,
    ],
  );
}

interface LinkRow {
  id: string;
  purpose: Purpose;
  email: Buffer;
  email_index: Buffer;
  account_id: string | null;
  name: Buffer | null;
  phone: Buffer | null;
  password_hash: string | null;
  language: Language;
}

const COLUMNS = 'id, purpose, email, email_index, account_id, name, phone, password_hash, language';

/** A link that waits to be followed. What it carries is opened only when it is read. */
export class MailLink {
  readonly purpose: Purpose;
  readonly emailIndex: Buffer;
  readonly accountId: string | null;
  readonly passwordHash: string | null;
  readonly language: Language;

  constructor(
    private readonly row: LinkRow,
    private readonly sealer: Sealer,
  ) {
    this.purpose = row.purpose;
    this.emailIndex = row.email_index;
    this.accountId = row.account_id;
    this.passwordHash = row.password_hash;
    this.language = row.language;
  }

  get email(): string {
    return this.open('email', this.row.email);
  }

  get name(): string {
    return this.row.name ? this.open('name', this.row.name) : '';
  }

  get phone(): string | null {
    return this.row.phone && this.open('phone', this.row.phone);
  }

  private open(column: string, envelope: Buffer): string {
    return this.sealer.open(envelope, { table: 'mail_link', column, row: this.row.id });
  }
}

const LIVE = 'expires_at > now() AND purpose = ANY($2)';

/** Looks at a link without using it up. */
export async function findLink(
  sql: Sql,
  sealer: Sealer,
  token: string,
  purposes: Purpose[],
): Promise<MailLink | undefined> {
  const [row] = await sql.query<LinkRow>(
    `SELECT ${COLUMNS} FROM mail_link WHERE token_hash = $1 AND ${LIVE}`,
    [hashOf(token), purposes],
  );
  return row && new MailLink(row, sealer);
}

/** Of the links to an address the one that was mailed last, of the first of the purposes for which there is one. */
export async function newestLinkTo(
  sql: Sql,
  sealer: Sealer,
  email: string,
  purposes: Purpose[],
): Promise<MailLink | undefined> {
  const [row] = await sql.query<LinkRow>(
    `SELECT ${COLUMNS} FROM mail_link WHERE email_index = $1 AND ${LIVE}
      ORDER BY array_position($2::text[], purpose), created_at DESC LIMIT 1`,
    [emailIndex(sealer, email), purposes],
  );
  return row && new MailLink(row, sealer);
}

/** Whether a sign-up with another password waits at the address; a link that was resent shares its sign-up's. */
export async function hasRival(sql: Sql, { emailIndex: index, passwordHash }: MailLink): Promise<boolean> {
  const [rival] = await sql.query(
    `SELECT 1 FROM mail_link WHERE email_index = $1 AND ${LIVE} AND password_hash <> $3 LIMIT 1`,
    [index, ['SIGN_UP'], passwordHash],
  );
  return rival !== undefined;
}

/** Uses a link up: of two who follow it at once, one gets it. */
export async function takeLink(
  sql: Sql,
  sealer: Sealer,
  token: string,
  purposes: Purpose[],
): Promise<MailLink | undefined> {
  const [row] = await sql.query<LinkRow>(
    `DELETE FROM mail_link WHERE token_hash = $1 AND ${LIVE} RETURNING ${COLUMNS}`,
    [hashOf(token), purposes],
  );
  return row && new MailLink(row, sealer);
}

/**
 * Deletes what else was mailed to an address. A link that somebody follows at this moment is left to them, who wait
 * for us at the account: they find it made or changed, and get nothing of theirs.
 */
export async function dropLinksTo(sql: Sql, index: Buffer, purposes: Purpose[]): Promise<void> {
  await sql.run(
    `DELETE FROM mail_link WHERE id IN
       (SELECT id FROM mail_link WHERE email_index = $1 AND purpose = ANY($2) FOR UPDATE SKIP LOCKED)`,
    [index, purposes],
  );
}

/** Deletes what was mailed for an account to be proven, and to its address; what is followed right now as above. */
export async function dropLinksOf(sql: Sql, accountId: string, index: Buffer | null): Promise<void> {
  await sql.run(
    `DELETE FROM mail_link WHERE id IN
       (SELECT id FROM mail_link WHERE account_id = $1 OR email_index = $2 FOR UPDATE SKIP LOCKED)`,
    [accountId, index],
  );
}
