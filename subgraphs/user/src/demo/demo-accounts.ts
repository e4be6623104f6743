import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { emailIndex } from '../account.entity.js';
import type { Passwords } from '../passwords/passwords.js';

const PASSWORD = 'stampede-demo';

// The ids are fixed: the demo products name their sellers by them, and no service reads another's tables.
const ACCOUNTS = [
  {
    id: '0be7a704-0000-4000-8000-000000000001',
    role: 'OPERATOR',
    mailbox: 'operator',
    name: 'Demo Operator',
  },
  {
    id: '5e11e700-0000-4000-8000-000000000001',
    role: 'SELLER',
    mailbox: 'seller',
    name: 'Demo Seller',
    brand: 'Demo Brand',
  },
  {
    id: '5e11e700-0000-4000-8000-000000000002',
    role: 'SELLER',
    mailbox: 'seller2',
    name: 'Second Seller',
    brand: 'Second Brand',
  },
  { id: 'b0e7e700-0000-4000-8000-000000000001', role: 'BUYER', mailbox: 'buyer', name: 'Demo Buyer' },
  { id: 'b0e7e700-0000-4000-8000-000000000002', role: 'BUYER', mailbox: 'buyer2', name: 'Second Buyer' },
];

/** Makes the demo accounts that are not there yet; those that are keep what was changed in them. */
export async function createDemoAccounts(
  database: Database,
  sealer: Sealer,
  passwords: Passwords,
): Promise<void> {
  const passwordHash = await passwords.hash(PASSWORD);
  for (const { id, role, mailbox, name, brand } of ACCOUNTS) {
    const email = `${mailbox}@stampede.test`;
    const seal = (column: string, text: string) => sealer.seal(text, { table: 'account', column, row: id });
    await database.run(
      `INSERT INTO account (id, role, email, email_index, name, display_name, password_hash, email_verified_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT DO NOTHING`,
      [
        id,
        role,
        seal('email', email),
        emailIndex(sealer, email),
        seal('name', name),
        brand ?? null,
        passwordHash,
      ],
    );
  }
}
