import { expect, test } from '@jest/globals';
import { CID, openShop, READY } from './kakaopay.fixture.js';

const dropped = { target: 'kakaopay', delayMs: 20 };

test('timeout-before: no answer, and nothing was done', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed();
  await shop.fault({ ...dropped, operation: 'approve', fault: 'timeout-before' });
  await expect(shop.call('approve', approval)).rejects.toThrow('fetch failed');
  expect(await shop.status(approval.tid)).toBe('AUTH_PASSWORD');
  expect((await shop.call('approve', approval)).status).toBe(200);
});

test('timeout-after: no answer, but it was done', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed();
  await shop.fault({ ...dropped, operation: 'approve', fault: 'timeout-after' });
  await expect(shop.call('approve', approval)).rejects.toThrow('fetch failed');
  expect(await shop.status(approval.tid)).toBe('SUCCESS_PAYMENT');
});

test('without a delay the answer is withheld until the caller gives up or the emulator stops', async () => {
  const shop = await openShop();
  await shop.fault({ target: 'kakaopay', operation: 'ready', fault: 'timeout-before' });
  const unanswered = shop.call('ready', READY).catch(String);
  const calls = async (): Promise<unknown> => (await fetch(`${shop.url}/kakaopay/calls`)).json();
  while (((await calls()) as { ready: number }).ready === 0);
  await shop[Symbol.asyncDispose]();
  expect(await unanswered).toBe('TypeError: fetch failed');
});

test('error-500 does nothing, as often as it was ordered', async () => {
  await using shop = await openShop();
  await shop.fault({ target: 'kakaopay', operation: 'ready', fault: 'error-500', times: 2 });
  const statuses: number[] = [];
  for (let call = 0; call < 3; call += 1) statuses.push((await shop.call('ready', READY)).status);
  expect(statuses).toEqual([500, 500, 200]);
});

test('decline: the bank refuses the approval, for good, or the cancellation', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed({}, 'money');
  await shop.fault({ target: 'kakaopay', operation: 'approve', fault: 'decline' });
  expect((await shop.call('approve', approval)).body).toMatchObject({
    error_code: -780,
    extras: { method_result_code: 'INSUFFICIENT_BALANCE' },
  });
  expect((await shop.call('approve', approval)).body).toMatchObject({ error_code: -783 });

  const tid = await shop.paid();
  const whole = { cid: CID, tid, cancel_amount: 22_000, cancel_tax_free_amount: 0 };
  await shop.fault({ target: 'kakaopay', operation: 'cancel', fault: 'decline' });
  expect((await shop.call('cancel', whole)).body).toMatchObject({ error_code: -781 });
  expect(await shop.status(tid)).toBe('SUCCESS_PAYMENT');
});

test('what is armed is shown, replaced and cleared', async () => {
  await using shop = await openShop();
  const approve = { target: 'kakaopay', operation: 'approve', fault: 'decline', times: 3, delayMs: 5 };
  const lookup = { target: 'kakaopay', operation: 'lookup', fault: 'error-500', times: 1, delayMs: 0 };
  const shown = async (): Promise<unknown> => (await fetch(`${shop.url}/faults`)).json();
  expect(await shop.fault({ ...approve, times: 9 })).toEqual({
    status: 200,
    body: { faults: [{ ...approve, times: 9 }] },
  });
  await shop.fault(approve);
  await shop.fault({ target: 'kakaopay', operation: 'lookup', fault: 'error-500' });
  expect(await shown()).toEqual({ faults: [approve, lookup] });
  await shop.fault({ ...approve, fault: 'none' });
  expect(await shown()).toEqual({ faults: [lookup] });
  await shop.fault({ target: 'kakaopay', fault: 'none' });
  expect(await shown()).toEqual({ faults: [] });
});

test('a call without a key does not use a fault up', async () => {
  await using shop = await openShop();
  await shop.fault({ target: 'kakaopay', operation: 'ready', fault: 'error-500' });
  expect((await shop.call('ready', READY, null)).status).toBe(400);
  expect((await shop.call('ready', READY)).status).toBe(500);
});

test.each([
  [{ target: 'paypal', operation: 'ready', fault: 'decline' }, 'target'],
  [{ target: 'mail', operation: 'ready', fault: 'error-500' }, 'operation'],
  [{ target: 'kakaopay', operation: 'constructor', fault: 'error-500' }, 'operation'],
  [{ target: 'kakaopay', operation: 'search', fault: 'error-500' }, 'operation'],
  [{ target: 'kakaopay', fault: 'error-500' }, 'operation'],
  [{ target: 'kakaopay', operation: 'lookup', fault: 'decline' }, 'fault'],
  [{ target: 'kakaopay', operation: 'ready', fault: 'explode' }, 'fault'],
  [{ target: 'kakaopay', operation: 'ready', fault: 'error-500', times: -1 }, 'times'],
  [{ target: 'kakaopay', operation: 'ready', fault: 'error-500', delayMs: 0.5 }, 'delayMs'],
])('%j is refused for its %s', async (order, path) => {
  await using shop = await openShop();
  expect(await shop.fault(order)).toMatchObject({
    status: 400,
    body: { problems: expect.arrayContaining([expect.objectContaining({ path })]) },
  });
});

test('the refusal of a target names those that there are', async () => {
  await using shop = await openShop();
  const { body } = await shop.fault({ target: 'paypal', operation: 'ready', fault: 'none' });
  expect(JSON.stringify(body)).toContain('there is: kakaopay');
});
