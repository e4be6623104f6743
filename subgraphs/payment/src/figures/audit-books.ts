import { workOff, type Repetition } from '@stampede/shared/background';
import type { Metrics } from '@stampede/shared/telemetry';
import { auditDeposits } from '../journal/audit-deposits.js';
import type { PaymentParts } from '../payment-parts.js';

/** It reads every payment and every line, which takes seconds once there are millions. */
const EVERY_MS = 600_000;

interface Sums {
  /** Debits less credits, in won, of all accounts together. */
  difference: number;
  /** Accounts whose balance is not the sum of their lines. */
  accounts: number;
}

/** One statement, and so one instant: a booking writes lines and balances together. */
const SUMS = `
  WITH lines AS (SELECT account, sum(debit - credit) AS balance FROM journal_line GROUP BY account),
    kept AS (SELECT account, sum(debit - credit) AS balance FROM account_balance GROUP BY account)
  SELECT coalesce(sum(kept.balance), 0)::bigint AS difference,
    count(*) FILTER (WHERE kept.balance IS DISTINCT FROM lines.balance) AS accounts
  FROM kept FULL JOIN lines USING (account)`;

/** Adds the books up anew, every ten minutes. Every replica does, of all: take the maximum. */
export function auditBooks(
  { database, log }: Pick<PaymentParts, 'database' | 'log'>,
  metrics: Metrics,
): Repetition {
  const unexplained = metrics.gauge(
    'deposits_unexplained_won',
    'What payments say is held for buyers, less what is booked so and less what is still to be booked.',
  );
  const difference = metrics.gauge('books_difference_won', 'Debits less credits of all accounts.');
  const accounts = metrics.gauge(
    'books_accounts_wrong',
    'Accounts, wallets among them, whose balance is not the sum of their lines.',
  );
  const auditedAt = metrics.gauge(
    'books_audit_timestamp_seconds',
    'When the books were last added up by this process, or it started, in seconds since 1970.',
  );
  auditedAt.set(Date.now() / 1_000);
  return workOff({ name: 'the audit of the books', pauseMs: EVERY_MS, log }, async () => {
    const [sums] = await database.query<Sums>(SUMS);
    const deposits = await auditDeposits(database);
    difference.set(sums?.difference ?? 0);
    accounts.set(sums?.accounts ?? 0);
    unexplained.set(deposits.unexplained);
    auditedAt.set(Date.now() / 1_000);
    return 0;
  });
}
