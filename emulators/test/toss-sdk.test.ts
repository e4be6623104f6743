import { createContext, runInContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { SDK } from '../src/toss/sdk.js';
import { CLIENT_KEY, openTossShop } from './toss.fixture.js';

interface Sdk {
  (clientKey: unknown): {
    payment(options?: object): { requestPayment(request?: object): Promise<void> };
  };
  ANONYMOUS: string;
}

const REQUEST = {
  method: 'CARD',
  amount: { currency: 'KRW', value: 22_000 },
  orderId: 'order-1',
  orderName: 'Sneaker',
  successUrl: 'http://shop.test/return?payment=p%201',
  failUrl: 'http://shop.test/return?outcome=failed',
};

/** Runs the script as a page would, whose browser is a fake. */
function loadSdk(src: string, script = SDK): { TossPayments: Sdk; went: string[] } {
  const went: string[] = [];
  const page = createContext({
    document: { currentScript: { src } },
    location: { assign: (address: string) => went.push(address) },
    URL,
  });
  runInContext(script, page);
  return { TossPayments: (page as unknown as { TossPayments: Sdk }).TossPayments, went };
}

test('the script that is served leads a browser to a window where its payment is paid', async () => {
  await using shop = await openTossShop();
  const src = `${shop.url}/toss/v2/standard`;
  const response = await fetch(src);
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const { TossPayments, went } = loadSdk(src, await response.text());
  const { ANONYMOUS } = TossPayments;
  await TossPayments(CLIENT_KEY).payment({ customerKey: ANONYMOUS }).requestPayment(REQUEST);
  expect(went).toHaveLength(1);
  const back = new URL(await shop.visit(String(went[0])));
  expect(Object.fromEntries(back.searchParams)).toMatchObject({
    payment: 'p 1',
    orderId: 'order-1',
    amount: '22000',
  });
});

test('keys are looked at first', () => {
  const { TossPayments } = loadSdk('http://127.0.0.1/toss/v2/standard');
  expect(() => TossPayments('test_ck_real')).toThrow(expect.objectContaining({ code: 'INVALID_CLIENT_KEY' }));
  const toss = TossPayments(CLIENT_KEY);
  for (const options of [undefined, {}, { customerKey: 'k' }, { customerKey: 'a b' }]) {
    expect(() => toss.payment(options)).toThrow(expect.objectContaining({ code: 'INVALID_CUSTOMER_KEY' }));
  }
  toss.payment({ customerKey: 'customer-1@shop' });
});

test.each([
  [{ method: '카드' }, 'NOT_SUPPORTED_METHOD'],
  [{ amount: 22_000 }, 'INVALID_AMOUNT_CURRENCY'],
  [{ amount: { currency: 'KRW', value: '22000' } }, 'INVALID_AMOUNT_VALUE'],
  [{ amount: { currency: 'KRW', value: 0 } }, 'BELOW_ZERO_AMOUNT'],
  [{ orderId: 'short' }, 'INVALID_ORDER_ID'],
  [{ orderName: '' }, 'INVALID_ORDER_NAME'],
  [{ successUrl: '/return' }, 'INCORRECT_SUCCESS_URL_FORMAT'],
  [{ failUrl: undefined }, 'INCORRECT_FAIL_URL_FORMAT'],
])('a request with %j is rejected with %s, and the browser stays', async (change, code) => {
  const { TossPayments, went } = loadSdk('http://127.0.0.1/toss/v2/standard');
  const payment = TossPayments(CLIENT_KEY).payment({ customerKey: TossPayments.ANONYMOUS });
  await expect(payment.requestPayment({ ...REQUEST, ...change })).rejects.toMatchObject({ code });
  expect(went).toEqual([]);
});
