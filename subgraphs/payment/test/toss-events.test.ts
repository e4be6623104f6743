import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS, type Identity } from '@stampede/shared/identity';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { PaymentStatus } from '../src/payment-status.js';
import { ProviderEventsResolver } from '../src/provider-events/provider-events.resolver.js';
import { AMOUNT, openPayments, TAKEN, type PaymentsUnderTest } from './payment-table.fixture.js';
import { found, openTossEvents, tossEvent } from './toss-events.fixture.js';

const { APPROVED, APPROVING, CANCELLED, DECLINED, PARTIALLY_REFUNDED, READY } = PaymentStatus;
const WITHOUT_MONEY = [READY, APPROVING, DECLINED, CANCELLED];

let payments: PaymentsUnderTest;
let toss: ReturnType<typeof openTossEvents>;
beforeAll(async () => {
  payments = await openPayments();
  toss = openTossEvents(payments);
});
afterAll(async () => {
  await toss.close();
  await payments[Symbol.asyncDispose]();
});

const eventsKept = async () => (await payments.database.query('SELECT FROM provider_event')).length;

/** Works off what a hint has asked for, until `condition` holds. */
const followsUp = (id: string, condition: () => Promise<void>) =>
  eventually(async () => {
    await toss.hurry(id);
    await condition();
  });

const isNotLookedAtAnyMore = (id: string) =>
  followsUp(id, async () => expect(await toss.lookIn(id)).toBeNull());

test.each(WITHOUT_MONEY)('a webhook has a payment that is %s looked at soon', async (status) => {
  const id = await toss.placeAtToss(status);
  await toss.plan(id, 3_600);
  const nothingPlanned = status === APPROVING ? '' : ', look_at = NULL';
  await payments.database.run(`UPDATE payment SET looks = 4${nothingPlanned} WHERE id = $1`, [id]);
  expect(await toss.note(randomUUID(), tossEvent(id, 'DONE'))).toBe('noted');
  expect(await toss.lookIn(id)).toBeLessThanOrEqual(2);
  expect(await toss.row(id)).toMatchObject({ status, looks: 0 });
});

test.each([READY, DECLINED, CANCELLED])(
  'a look that is planned for later is not brought forward, of a payment that is %s',
  async (status) => {
    const id = await toss.placeAtToss(status);
    await toss.plan(id, 600);
    const planned = (await toss.row(id))?.look_at;
    expect(await toss.note(randomUUID(), tossEvent(id, 'DONE'))).toBe('noted');
    expect((await toss.row(id))?.look_at).toEqual(planned);
  },
);

test('an approval whose answer was lost is settled by the webhook', async () => {
  const id = await toss.placeAtToss(APPROVING);
  await toss.plan(id, 30);
  toss.providerSays(id, found.approved());
  expect(await toss.note(randomUUID(), tossEvent(id, 'DONE'))).toBe('noted');
  await followsUp(id, async () =>
    expect(await toss.row(id)).toMatchObject({ status: APPROVED, look_at: null }),
  );
  expect((await payments.stateOf(id)).said.map(([key]) => key)).toEqual(['payment.approved']);
  expect(toss.looked(id)).toBe(1);
});

test('a replay changes nothing, however often it comes', async () => {
  const id = await toss.placeAtToss(READY);
  toss.providerSays(id, found.inProgress);
  const [transmission, body] = [randomUUID(), tossEvent(id, 'DONE')];
  expect(await toss.note(transmission, body)).toBe('noted');
  await isNotLookedAtAnyMore(id);
  expect(await toss.note(transmission, body)).toBe('repeated');
  expect(await toss.note(transmission, tossEvent(id, 'EXPIRED'))).toBe('repeated');
  expect(await toss.row(id)).toMatchObject({ status: READY, look_at: null });
  expect(await toss.eventsOf(id)).toEqual([{ transmission_id: transmission, check_at: null }]);
  expect(toss.looked(id)).toBe(1);
});

test.each([null, '', 'é', 'x'.repeat(201)])(
  'a transmission that names itself %p is told from others by its body',
  async (transmission) => {
    const id = await toss.placeAtToss(DECLINED);
    expect(await toss.note(transmission, tossEvent(id, 'DONE'))).toBe('noted');
    expect(await toss.note(transmission, tossEvent(id, 'DONE'))).toBe('repeated');
    expect(await toss.note(transmission, tossEvent(id, 'DONE', { totalAmount: 1 }))).toBe('noted');
    expect(await toss.eventsOf(id)).toHaveLength(2);
  },
);

test('only so many transmissions of one payment are kept, before it is made and after, whoever sends them', async () => {
  const id = await toss.placeAtToss(CANCELLED);
  const sends = async (status: string) => {
    const outcomes = [];
    for (let sent = 0; sent < 52; sent += 1)
      outcomes.push(await toss.note(`${id}-${status}-${sent}`, tossEvent(id, status)));
    expect(outcomes.filter((outcome) => outcome === 'noted')).toHaveLength(50);
    expect(outcomes.slice(50)).toEqual(['repeated', 'repeated']);
  };
  await sends('DONE');
  await payments.database.run(`UPDATE payment SET status = 'APPROVED' WHERE id = $1`, [id]);
  await sends('PARTIAL_CANCELED');
});

test.each([
  ['an unknown payment', tossEvent(randomUUID(), 'DONE'), 'unknown-payment'],
  ['a name that is no payment’s', tossEvent(`x'; --`, 'DONE'), 'unknown-payment'],
  ['no payment', JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED', data: {} }), 'ignored'],
  ['an event of another kind', JSON.stringify({ eventType: 'BILLING_DELETED', data: {} }), 'ignored'],
  [
    'an unknown kind with a payment in it',
    JSON.stringify({ eventType: 'X', orderId: '1', status: 'DONE' }),
    'ignored',
  ],
  ['null', 'null', 'ignored'],
  ['no JSON', '{', 'ignored'],
])('%s is taken, and nothing is kept of it', async (_, body, outcome) => {
  const before = await eventsKept();
  expect(await toss.note(randomUUID(), body)).toBe(outcome);
  expect(await eventsKept()).toBe(before);
});

test('says nothing of another provider’s payments', async () => {
  const id = await payments.place(READY);
  expect(await toss.note(randomUUID(), tossEvent(id, 'DONE'))).toBe('unknown-payment');
  expect(await toss.row(id)).toMatchObject({ status: READY, look_at: null });
});

const forgeries: [string, string, object][] = [
  ['that it was paid', 'DONE', {}],
  [
    'that another amount was paid, with another key and secret',
    'DONE',
    { totalAmount: 1, paymentKey: 'x', secret: 'x' },
  ],
  ['that it was given back', 'CANCELED', {}],
  ['that it failed', 'ABORTED', {}],
  ['what Toss Payments never says', 'PAID', {}],
];

test.each(forgeries)('of a READY payment it is believed to nobody %s', async (_, status, more) => {
  const id = await toss.placeAtToss(READY);
  toss.providerSays(id, found.inProgress);
  expect(await toss.note(randomUUID(), tossEvent(id, status, more))).toBe('noted');
  await isNotLookedAtAnyMore(id);
  expect(await payments.stateOf(id)).toMatchObject({ payment: { status: READY }, said: [], refunds: [] });
  expect(toss.looked(id)).toBe(1);
});

test('a payment that was approved is approved, though a webhook says that it failed', async () => {
  const id = await toss.placeAtToss(APPROVING);
  await toss.plan(id, 30);
  toss.providerSays(id, found.approved());
  expect(await toss.note(randomUUID(), tossEvent(id, 'ABORTED'))).toBe('noted');
  await followsUp(id, async () => expect(await toss.row(id)).toMatchObject({ status: APPROVED }));
});

test.each(['READY', 'IN_PROGRESS', 'WAITING_FOR_DEPOSIT'])(
  '%s asks for nothing, before the payment is made or after',
  async (claimed) => {
    for (const status of [...WITHOUT_MONEY, ...TAKEN]) {
      const id = await toss.placeAtToss(status);
      const before = await toss.row(id);
      expect(await toss.note(randomUUID(), tossEvent(id, claimed))).toBe('ignored');
      expect(await toss.row(id)).toEqual(before);
      expect(await toss.eventsOf(id)).toEqual([]);
    }
  },
);

test.each(TAKEN)(
  'a late DONE, ABORTED or EXPIRED changes nothing of a payment that is %s',
  async (status) => {
    const id = await toss.placeAtToss(status);
    const before = await toss.row(id);
    for (const claimed of ['DONE', 'ABORTED', 'EXPIRED']) {
      expect(await toss.note(randomUUID(), tossEvent(id, claimed))).toBe('ignored');
    }
    expect(await toss.row(id)).toEqual(before);
    expect(await toss.eventsOf(id)).toEqual([]);
  },
);

test.each([
  [found.declined, 'CARD_REFUSED'],
  [found.cancelled, 'CANCELLED_BY_BUYER'],
])('a READY payment whose window is over ends as the provider says: %p', async (outcome, reason) => {
  const id = await toss.placeAtToss(READY);
  toss.providerSays(id, outcome);
  await toss.note(randomUUID(), tossEvent(id, 'EXPIRED'));
  await followsUp(id, async () =>
    expect(await toss.row(id)).toMatchObject({ status: DECLINED, decline_reason: reason, look_at: null }),
  );
});

test('a READY payment whose window is open can be paid by another try than the one that failed', async () => {
  const id = await toss.placeAtToss(READY);
  await payments.database.run(`UPDATE payment SET window_ends_at = now() + interval '1 hour' WHERE id = $1`, [
    id,
  ]);
  toss.providerSays(id, found.declined);
  await toss.note(randomUUID(), tossEvent(id, 'ABORTED'));
  await isNotLookedAtAnyMore(id);
  expect(await toss.row(id)).toMatchObject({ status: READY });
  expect(toss.looked(id)).toBe(1);
});

test('money that was taken behind a declined payment goes back', async () => {
  const id = await toss.placeAtToss(DECLINED);
  toss.providerSays(id, found.approved());
  await toss.note(randomUUID(), tossEvent(id, 'DONE'));
  await followsUp(id, async () =>
    expect(await payments.stateOf(id)).toMatchObject({
      payment: { status: 'REFUNDING' },
      refunds: [{ key: `late:${id}`, amount: AMOUNT }],
    }),
  );
});

test('a webhook that comes while the provider is being asked has it asked again', async () => {
  const id = await toss.placeAtToss(DECLINED);
  toss.providerSays(id, found.inProgress, found.approved());
  toss.meanwhile(id, () => toss.note(randomUUID(), tossEvent(id, 'DONE')));
  await toss.note(randomUUID(), tossEvent(id, 'ABORTED'));
  await followsUp(id, async () => expect(await toss.eventsOf(id)).toHaveLength(2));
  // The lease of the first look, which has not ended that look's business.
  expect(await toss.lookIn(id)).toBeGreaterThan(20);
  await toss.plan(id, 0);
  await followsUp(id, async () => expect(await toss.row(id)).toMatchObject({ status: 'REFUNDING' }));
  expect(toss.looked(id)).toBe(2);
});

test('a webhook that comes while a READY payment is ended has it looked at again', async () => {
  const id = await toss.placeAtToss(READY);
  toss.providerSays(id, found.declined, found.approved());
  toss.meanwhile(id, () => toss.note(randomUUID(), tossEvent(id, 'DONE')));
  await toss.note(randomUUID(), tossEvent(id, 'ABORTED'));
  await followsUp(id, async () => expect(await toss.row(id)).toMatchObject({ status: DECLINED }));
  expect(await toss.lookIn(id)).toBeGreaterThan(20);
  await toss.plan(id, 0);
  await followsUp(id, async () => expect(await toss.row(id)).toMatchObject({ status: 'REFUNDING' }));
});

const isChecked = (id: string, times = 1) =>
  followsUp(id, async () => {
    const events = await toss.eventsOf(id);
    expect(events.map(({ check_at }) => check_at)).toEqual(Array.from({ length: times }, () => null));
  });

test.each([
  [APPROVED, 'CANCELED', found.cancelled, AMOUNT, 0],
  [PARTIALLY_REFUNDED, 'PARTIAL_CANCELED', found.approved(3_000), 3_000, 2_000],
])(
  'what was given back at the provider’s console is noticed, and changes nothing: %s',
  async (status, claimed, says, givenBack, asked) => {
    const id = await toss.placeAtToss(status);
    if (asked > 0) await payments.asks(id, `asked:${id}`, asked, true);
    const before = await payments.stateOf(id);
    const counted = await toss.counted('unasked_refunds_total', 'TOSS_PAYMENTS');
    toss.providerSays(id, found.unknown, says);
    expect(await toss.note(randomUUID(), tossEvent(id, claimed))).toBe('noted');
    await isChecked(id);
    expect(toss.looked(id)).toBe(2);
    expect(toss.errors.filter((error) => 'paymentId' in error && error.paymentId === id)).toEqual([
      { paymentId: id, orderId: id, amount: AMOUNT, givenBack, askedFor: asked },
    ]);
    expect(await toss.counted('unasked_refunds_total', 'TOSS_PAYMENTS')).toBe(counted + 1);
    expect(await payments.stateOf(id)).toEqual(before);
  },
);

test('what was given back because we asked is in order, done or not', async () => {
  const id = await toss.placeAtToss(PaymentStatus.REFUNDING);
  await payments.asks(id, `done:${id}`, 2_000, true);
  // Far from its next try.
  await payments.asks(id, `asked:${id}`, 1_000, false);
  const before = toss.errors.length;
  toss.providerSays(id, found.approved(3_000));
  await toss.note(randomUUID(), tossEvent(id, 'PARTIAL_CANCELED'));
  const cancel = { eventType: 'CANCEL_STATUS_CHANGED', data: { orderId: id, cancelStatus: 'DONE' } };
  expect(await toss.note(randomUUID(), JSON.stringify(cancel))).toBe('noted');
  await isChecked(id, 2);
  expect(toss.errors).toHaveLength(before);
});

test('a virtual account’s event has no envelope, and is a hint all the same', async () => {
  const id = await toss.placeAtToss(CANCELLED);
  const { data } = JSON.parse(tossEvent(id, 'DONE')) as { data: object };
  expect(await toss.note(randomUUID(), JSON.stringify(data))).toBe('noted');
});

test('counts what became of webhooks, by outcome', async () => {
  const before = await toss.counted('provider_events_total', 'unknown-payment');
  await toss.note(randomUUID(), tossEvent(randomUUID(), 'DONE'));
  expect(await toss.counted('provider_events_total', 'unknown-payment')).toBe(before + 1);
});

test('forgets a transmission after 7 days, and no sooner', async () => {
  const id = await toss.placeAtToss(DECLINED);
  for (const name of ['old', 'young']) await toss.note(`${id}-${name}`, tossEvent(id, 'DONE'));
  const days = { old: '7 days 1 minute', young: '6 days 23 hours' };
  for (const [name, age] of Object.entries(days)) {
    await payments.database.run(
      `UPDATE provider_event SET received_at = now() - $2::interval WHERE transmission_id = $1`,
      [`${id}-${name}`, age],
    );
  }
  const restarted = openTossEvents(payments);
  try {
    await eventually(async () =>
      expect((await toss.eventsOf(id)).map(({ transmission_id: name }) => name)).toEqual([`${id}-young`]),
    );
  } finally {
    await restarted.close();
  }
});

test.each<[string, Identity]>([
  ['nobody', ANONYMOUS],
  ['a buyer', { kind: 'user', userId: randomUUID(), role: 'BUYER', sessionId: randomUUID() }],
  ['another service', { kind: 'service', service: 'order' }],
])('%s may not tell payment what a provider said', async (_, identity) => {
  const resolver = new ProviderEventsResolver(toss);
  const told = resolver.noteTossEvent({ identity } as SubgraphContext, null, tossEvent(randomUUID(), 'DONE'));
  await expect(told).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
});
