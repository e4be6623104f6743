import type { Sql } from '@stampede/shared/database';
import type { Identity, Language, Role } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import { randomUUID } from 'node:crypto';
import { foldEmail } from './input/email.js';

export interface AccountRow {
  id: string;
  email: Buffer | null;
  name: Buffer;
  phone: Buffer | null;
  password_hash: string | null;
  role: Role;
  email_verified_at: Date | null;
  language: Language;
  created_at: Date;
}

const COLUMNS = 'id, email, name, phone, password_hash, role, email_verified_at, language, created_at';

/** Someone who can sign in. What they told us about themselves is opened only when it is read. */
export class Account {
  readonly id: string;
  readonly role: Role;
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
  /** Of the last sign-in; mails are written in it. */
  readonly language: Language;
  readonly createdAt: Date;

  constructor(
    private readonly row: AccountRow,
    private readonly sealer: Sealer,
  ) {
    this.id = row.id;
    this.role = row.role;
    this.passwordHash = row.password_hash;
    this.emailVerified = row.email_verified_at !== null;
    this.language = row.language;
    this.createdAt = row.created_at;
  }

  /** Null for who has told none, as social providers let people do. */
  get email(): string | null {
    return this.row.email && this.open('email', this.row.email);
  }

  get name(): string {
    return this.open('name', this.row.name);
  }

  get phone(): string | null {
    return this.row.phone && this.open('phone', this.row.phone);
  }

  isOf(identity: Identity): boolean {
    return identity.kind === 'user' && identity.userId === this.id;
  }

  /** Personal data is for the person and for operators; not even another service reads it. */
  isOpenTo(identity: Identity): boolean {
    return this.isOf(identity) || (identity.kind === 'user' && identity.role === 'OPERATOR');
  }

  private open(column: string, envelope: Buffer): string {
    return this.sealer.open(envelope, { table: 'account', column, row: this.id });
  }
}

/** One mail box is one account, however its address is written. Only verified addresses find an account. */
export const emailIndex = (sealer: Sealer, email: string): Buffer => sealer.blindIndex(foldEmail(email));

export async function findAccountByEmail(
  sql: Sql,
  sealer: Sealer,
  email: string,
): Promise<Account | undefined> {
  const [row] = await sql.query<AccountRow>(`SELECT ${COLUMNS} FROM account WHERE email_index = $1`, [
    emailIndex(sealer, email),
  ]);
  return row && new Account(row, sealer);
}

/** In which the person is written to from now on. */
export async function setLanguage(sql: Sql, id: string, language: Language): Promise<void> {
  await sql.run('UPDATE account SET language = $2 WHERE id = $1', [id, language]);
}

export async function findAccounts(sql: Sql, sealer: Sealer, ids: string[]): Promise<Account[]> {
  const rows = await sql.query<AccountRow>(
    `SELECT ${COLUMNS} FROM account WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL`,
    [ids],
  );
  return rows.map((row) => new Account(row, sealer));
}

export interface NewAccount {
  name: string;
  /** One that is proven to be theirs. */
  email?: string | null | undefined;
  phone?: string | null | undefined;
  passwordHash?: string | null | undefined;
  language: Language;
}

/**
 * Makes a BUYER's account.
 *
 * @returns undefined when the address is another account's already, also one that is being made at this moment.
 */
export async function createAccount(
  sql: Sql,
  sealer: Sealer,
  { name, email, phone, passwordHash, language }: NewAccount,
): Promise<Account | undefined> {
  const id = randomUUID();
  const seal = (column: string, text: string | null | undefined) =>
    text == null ? null : sealer.seal(text, { table: 'account', column, row: id });
  const [row] = await sql.query<AccountRow>(
    `INSERT INTO account (id, role, name, email, email_index, email_verified_at, phone, password_hash, language)
     VALUES ($1, 'BUYER', $2, $3, $4, CASE WHEN $4::bytea IS NOT NULL THEN now() END, $5, $6, $7)
     ON CONFLICT (email_index) DO NOTHING
     RETURNING ${COLUMNS}`,
    [
      id,
      seal('name', name),
      seal('email', email),
      email == null ? null : emailIndex(sealer, email),
      seal('phone', phone),
      passwordHash ?? null,
      language,
    ],
  );
  return row && new Account(row, sealer);
}
