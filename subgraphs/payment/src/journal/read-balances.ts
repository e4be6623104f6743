import type { Database } from '@stampede/shared/database';
import { won } from '@stampede/shared/graphql';
import DataLoader from 'dataloader';
import type { AccountBalance } from './account-balance.entity.js';

interface BalanceRow {
  account: string;
  /** Debits less credits, in won. */
  balance: number;
}

/** Every account that was ever booked to, by name. Of one instant: its debits equal its credits. */
export async function readTrialBalance(database: Database): Promise<AccountBalance[]> {
  const rows = await database.query<BalanceRow>(
    `SELECT account, sum(debit - credit)::bigint AS balance FROM account_balance GROUP BY account ORDER BY account`,
  );
  return rows.map(({ account, balance }) => ({
    account,
    debit: won(Math.max(0, balance)),
    credit: won(Math.max(0, -balance)),
  }));
}

/** Whether anything was ever booked to an account. */
export async function wasBooked(database: Database, account: string): Promise<boolean> {
  const rows = await database.query('SELECT 1 FROM account_balance WHERE account = $1 LIMIT 1', [account]);
  return rows.length > 0;
}

/** Reads accounts' credits less their debits, in won; 0 of one that nothing was booked to. One statement for a tick. */
export function openCredits(database: Database): (account: string) => Promise<number> {
  const credits = new DataLoader<string, number>(
    async (accounts) => {
      const rows = await database.query<BalanceRow>(
        `SELECT account, sum(debit - credit)::bigint AS balance FROM account_balance
         WHERE account = ANY($1) GROUP BY account`,
        [accounts],
      );
      const byAccount = new Map(rows.map(({ account, balance }) => [account, balance]));
      return accounts.map((account) => 0 - (byAccount.get(account) ?? 0));
    },
    { cache: false, maxBatchSize: 500 },
  );
  return (account) => credits.load(account);
}
