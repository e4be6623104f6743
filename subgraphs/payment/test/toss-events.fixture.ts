import { openMetrics } from '@stampede/shared/telemetry';
import { openSettling } from '../src/decision/settle-unknown.js';
import type { PaymentParts } from '../src/payment-parts.js';
import type { PaymentRow } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import { openProviderEvents } from '../src/provider-events/provider-events.js';
import type { LookupOutcome, Provider } from '../src/provider/index.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, APPROVED_AT, type PaymentsUnderTest } from './payment-table.fixture.js';

/** The body of a webhook, with more than anybody may need of it. */
export const tossEvent = (orderId: string, status: string, more: object = {}): string =>
  JSON.stringify({
    eventType: 'PAYMENT_STATUS_CHANGED',
    createdAt: '2026-01-01T00:00:00.000000',
    data: { orderId, status, paymentKey: 'key-1', secret: 'ps_1', totalAmount: AMOUNT, ...more },
  });

export const found = {
  inProgress: { kind: 'in-progress', status: 'IN_PROGRESS' },
  approved: (cancelled = 0) => ({
    kind: 'approved',
    amount: AMOUNT,
    cancelled,
    approvedAt: new Date(APPROVED_AT),
    providerId: 'key-1',
  }),
  cancelled: { kind: 'cancelled', amount: AMOUNT, cancelled: AMOUNT },
  declined: { kind: 'declined', reason: 'CARD_REFUSED' },
  unknown: { kind: 'unknown', cause: 'a test' },
} satisfies Record<string, LookupOutcome | ((cancelled: number) => LookupOutcome)>;

/** Payments of Toss Payments, and a provider that answers what a test says, one after another, the last for ever; else that it is in progress. */
export function openTossEvents({ database, place }: Pick<PaymentsUnderTest, 'database' | 'place'>) {
  const errors: object[] = [];
  const looked: string[] = [];
  const answers = new Map<string, LookupOutcome[]>();
  const meanwhile = new Map<string, () => Promise<unknown>>();
  const provider: Partial<Provider> = {
    confirmWindowMs: 0,
    lookup: async ({ id }) => {
      looked.push(id);
      await meanwhile.get(id)?.();
      meanwhile.delete(id);
      const [answer = found.inProgress, ...next] = answers.get(id) ?? [];
      if (next.length > 0) answers.set(id, next);
      return answer;
    },
  };
  const { log, ...others } = partsWith(database, provider);
  const parts: PaymentParts = {
    ...others,
    providers: { TOSS_PAYMENTS: provider } as unknown as PaymentParts['providers'],
    log: Object.assign(Object.create(log) as typeof log, { error: (about: object) => errors.push(about) }),
  };
  const metrics = openMetrics('payment');
  const events = openProviderEvents(parts, metrics);
  const settling = openSettling(parts);

  return {
    note: events.note,
    errors,
    looked: (id: string) => looked.filter((one) => one === id).length,
    providerSays: (id: string, ...outcomes: LookupOutcome[]) => answers.set(id, outcomes),
    /** Once, while the payment's next look waits for its answer. */
    meanwhile: (id: string, action: () => Promise<unknown>) => meanwhile.set(id, action),
    placeAtToss: async (status: PaymentStatus): Promise<string> => {
      const id = await place(status);
      const token =
        status === PaymentStatus.APPROVING
          ? parts.sealer.seal('key-1', { table: 'payment', column: 'token', row: id })
          : null;
      await database.run(`UPDATE payment SET provider = 'TOSS_PAYMENTS', token = $2 WHERE id = $1`, [
        id,
        token,
      ]);
      return id;
    },
    /** As if it had been said to look at it in so many seconds. */
    plan: (id: string, seconds: number) =>
      database.run(`UPDATE payment SET look_at = now() + $2 * interval '1 second' WHERE id = $1`, [
        id,
        seconds,
      ]),
    /** Whole seconds until it is looked at, rounded up. */
    lookIn: async (id: string): Promise<number | null> => {
      const [row] = await database.query<{ seconds: number | null }>(
        'SELECT ceil(extract(epoch FROM look_at - now()))::int AS seconds FROM payment WHERE id = $1',
        [id],
      );
      return row?.seconds ?? null;
    },
    row: async (id: string): Promise<PaymentRow | undefined> =>
      (await database.query<PaymentRow>('SELECT * FROM payment WHERE id = $1', [id]))[0],
    /** What waits for its time is due now, unless that is far away: a lease stands, and who has it in hand goes on. */
    hurry: async (id: string): Promise<void> => {
      const soon = `< now() + interval '20 seconds'`;
      await database.run(`UPDATE payment SET look_at = now() WHERE id = $1 AND look_at ${soon}`, [id]);
      await database.run(
        `UPDATE provider_event SET check_at = now() WHERE payment_id = $1 AND check_at ${soon}`,
        [id],
      );
    },
    eventsOf: (id: string) =>
      database.query<{ transmission_id: string; check_at: Date | null }>(
        'SELECT transmission_id, check_at FROM provider_event WHERE payment_id = $1 ORDER BY received_at',
        [id],
      ),
    counted: async (name: string, label: string): Promise<number> => {
      const metric = await metrics.registry.getSingleMetric(`stampede_${name}`)?.get();
      const values = metric?.values ?? [];
      return values.find(({ labels }) => Object.values(labels).includes(label))?.value ?? 0;
    },
    close: async () => {
      await Promise.all([events.close(), settling.close()]);
    },
  };
}
