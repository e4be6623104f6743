import { openTogether, type Together } from '@stampede/shared/background';
import { passing } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { isUnavailable } from '@stampede/shared/errors';
import type { Origin } from '@stampede/shared/messaging';
import { currentRequestId, traceparent } from '@stampede/shared/telemetry';
import { columnsOf, recordApproved, sayAllApproved, type Approval } from '../decision/record-outcome.js';
import { PAYMENT_COLUMNS, move, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { moveAll, type Moving } from './move-all.js';

const { APPROVED, APPROVING, READY } = PaymentStatus;

/** Who has waited longer is told that it is unavailable: nothing was begun, or it is settled in the background. */
const PATIENCE_MS = 3_000;

/** Of a statement; few enough that nobody waits long for the rows that it holds. */
const MOST = 64;

/** Buyers who wait at the same time, more than there are on a good day. */
const RUSH = 64;

/**
 * What approving a payment reads and writes. What begins at the same time is done in one transaction; what is not
 * ordinary there (somebody else holds the row, or has moved it; one of them cannot be) is done by itself, afterwards
 * and beside the next ones, as if it had been alone.
 */
export interface Approvals {
  find(id: string): Promise<Moved>;
  /** READY → APPROVING, committed. Undefined: it is not READY any more. @throws a unique violation: another is decided */
  begin(payment: PaymentRow, changes: Moving['changes']): Promise<Moved>;
  /** As `recordApproved`. */
  record(payment: PaymentRow, approval: Approval): Promise<Moved>;
  /** Does what a buyer waits for. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Whether so many buyers wait that whatever else there is to do comes later. */
  isRush(): boolean;
}

export function openApprovals(database: Database): Approvals {
  const find = readTogether(async (ids: readonly string[]) => {
    const rows = await database.query<PaymentRow>(
      `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id.toLowerCase()));
  });
  const begin = moveTogether((all: readonly Moving[]) =>
    passing('begin-approving', 'commit', () => moveAll(database, all, READY, APPROVING)),
  );
  let buyers = 0;
  const record = moveTogether((all: readonly Recording[]) => recordAll(database, all));

  return {
    find,
    begin: async (payment, changes) =>
      (await begin({ payment, changes })) ??
      passing('begin-approving', 'commit', () => move(database, payment, READY, APPROVING, changes)),
    record: async (payment, approval) =>
      (await record({ payment, changes: columnsOf(approval), ...currentOrigin() })) ??
      recordApproved(database, payment, approval),
    during: async (work) => {
      buyers += 1;
      try {
        return await work();
      } finally {
        buyers -= 1;
      }
    },
    isRush: () => buyers >= RUSH,
  };
}

type Moved = PaymentRow | undefined;

type Recording = Moving & Origin;

const currentOrigin = (): Origin => ({ requestId: currentRequestId(), traceparent: traceparent() });

const recordAll = (database: Database, all: readonly Recording[]) =>
  database.transaction('record-approvals', async (tx) => {
    const rows = await moveAll(tx, all, APPROVING, APPROVED);
    const told = rows.flatMap((payment, index) => {
      const { requestId, traceparent: of } = all[index]!;
      return payment ? [{ payment, requestId, traceparent: of }] : [];
    });
    await sayAllApproved(tx, told);
    return rows;
  });

type Settled<R> = readonly PromiseSettledResult<R>[];

const fulfilled = <R>(values: readonly R[]): Settled<R> =>
  values.map((value) => ({ status: 'fulfilled', value }));

/** Where what is read cannot be read, nobody has it. */
const readTogether = <T, R>(read: (items: readonly T[]) => Promise<R[]>): Together<T, R> =>
  openTogether(
    MOST,
    (items) =>
      read(items).then(fulfilled, (reason: unknown): Settled<R> =>
        items.map(() => ({ status: 'rejected', reason })),
      ),
    { patienceMs: PATIENCE_MS },
  );

/** Where they cannot all be moved, none was, and each gets undefined; unless what is away may have moved them. */
const moveTogether = <T>(work: (items: readonly T[]) => Promise<Moved[]>): Together<T, Moved> =>
  openTogether(
    MOST,
    (items) =>
      work(items).then(fulfilled, (reason: unknown): Settled<Moved> =>
        items.map(() =>
          isUnavailable(reason) ? { status: 'rejected', reason } : { status: 'fulfilled', value: undefined },
        ),
      ),
    { patienceMs: PATIENCE_MS },
  );
