import type { Sql } from '@stampede/shared/database';
import type { Identity, Role } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';

export interface AccountRow {
  id: string;
  email: Buffer;
  name: Buffer;
  phone: Buffer | null;
  password_hash: string | null;
  role: Role;
  email_verified_at: Date | null;
  created_at: Date;
}

const COLUMNS = 'id, email, name, phone, password_hash, role, email_verified_at, created_at';

/** Someone who can sign in. What they told us about themselves is opened only when it is read. */
export class Account {
  readonly id: string;
  readonly role: Role;
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
  readonly createdAt: Date;

  constructor(
    private readonly row: AccountRow,
    private readonly sealer: Sealer,
  ) {
    this.id = row.id;
    this.role = row.role;
    this.passwordHash = row.password_hash;
    this.emailVerified = row.email_verified_at !== null;
    this.createdAt = row.created_at;
  }

  get email(): string {
    return this.open('email', this.row.email);
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

/** One mail box is one account, however its address is written. */
export const emailIndex = (sealer: Sealer, email: string): Buffer =>
  sealer.blindIndex(email.trim().toLowerCase());

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

export async function findAccounts(sql: Sql, sealer: Sealer, ids: string[]): Promise<Account[]> {
  const rows = await sql.query<AccountRow>(`SELECT ${COLUMNS} FROM account WHERE id = ANY($1::uuid[])`, [
    ids,
  ]);
  return rows.map((row) => new Account(row, sealer));
}
