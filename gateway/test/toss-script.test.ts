import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

const SOURCE = readFileSync(new URL('../browser/pay/toss.js', import.meta.url), 'utf8');
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

const PAYMENT = {
  sdkUrl: 'http://sdk.test/v2/standard',
  clientKey: 'test_ck_1',
  orderId: 'order-1',
  orderName: 'Fox',
  amount: 22_000,
  successUrl: 'http://shop.test/return?payment=1',
  failUrl: 'http://shop.test/return?payment=1&outcome=failed',
};

interface Sdk {
  (clientKey: string): { payment(options: object): { requestPayment(request: object): Promise<void> } };
  ANONYMOUS: string;
}

/** The little of a browser that the page's script uses, and the page with it. */
function openBrowser({ navigation = 'navigate', sdk }: { navigation?: string; sdk: () => Sdk | undefined }) {
  const listeners = new Map<string, (event: object) => unknown>();
  const on = (prefix: string) => (name: string, listener: (event: object) => unknown) =>
    listeners.set(`${prefix}:${name}`, listener);
  const notes = ['opening', 'unreachable', 'closed'].map((note) => ({ dataset: { note }, hidden: true }));
  const button = { disabled: true, addEventListener: on('button') };
  const window: { TossPayments?: Sdk | undefined; addEventListener: unknown } = {
    addEventListener: on('window'),
  };
  const loaded: string[] = [];
  const document = {
    querySelector: (selector: string) =>
      selector === '#pay' ? button : { textContent: JSON.stringify(PAYMENT) },
    querySelectorAll: () => notes,
    createElement: () => ({ addEventListener: on('script'), remove: () => undefined }),
    head: {
      append: ({ src }: { src: string }) => {
        loaded.push(src);
        window.TossPayments = sdk();
        listeners.get(`script:${window.TossPayments ? 'load' : 'error'}`)?.({});
      },
    },
  };
  const performance = { getEntriesByType: () => [{ type: navigation }] };
  const run = new AsyncFunction('document', 'window', 'performance', SOURCE);
  return {
    button,
    loaded,
    open: () => run(document, window, performance),
    press: () => {
      listeners.get('button:click')?.({});
      return settled();
    },
    restore: () => listeners.get('window:pageshow')?.({ persisted: true }),
    shown: () => notes.filter(({ hidden }) => !hidden).map(({ dataset }) => dataset.note),
  };
}

/** What the script does without anybody from outside is done by then. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The provider's SDK; `requests` is what it was asked to open its window for. */
function openSdk(outcome: () => Promise<void> = () => Promise.resolve()) {
  const requests: object[] = [];
  const sdk: Sdk = Object.assign(
    (clientKey: string) => ({
      payment: (options: object) => ({
        requestPayment: (request: object) => {
          requests.push({ clientKey, ...options, ...request });
          return outcome();
        },
      }),
    }),
    { ANONYMOUS: '@@ANONYMOUS' },
  );
  return { sdk: () => sdk, requests };
}

test('opens the provider’s window at once, for exactly this payment', async () => {
  const { sdk, requests } = openSdk();
  const browser = openBrowser({ sdk });
  await browser.open();
  expect(browser.loaded).toEqual([PAYMENT.sdkUrl]);
  const { orderId, orderName, successUrl, failUrl } = PAYMENT;
  expect(requests).toEqual([
    {
      clientKey: PAYMENT.clientKey,
      customerKey: '@@ANONYMOUS',
      method: 'CARD',
      amount: { currency: 'KRW', value: 22_000 },
      orderId,
      orderName,
      successUrl,
      failUrl,
    },
  ]);
});

test('opens it again by the button when the buyer has closed it, with the SDK that is there', async () => {
  const { sdk, requests } = openSdk(() => Promise.reject(new Error('USER_CANCEL')));
  const browser = openBrowser({ sdk });
  await browser.open();
  expect([browser.shown(), browser.button.disabled]).toEqual([['closed'], false]);
  await browser.press();
  expect([requests.length, browser.loaded.length]).toEqual([2, 1]);
});

test('says so when the SDK cannot be loaded, and tries again by the button', async () => {
  const { sdk, requests } = openSdk();
  let reachable = false;
  const browser = openBrowser({ sdk: () => (reachable ? sdk() : undefined) });
  await browser.open();
  expect([browser.shown(), browser.button.disabled]).toEqual([['unreachable'], false]);
  reachable = true;
  await browser.press();
  expect(requests).toHaveLength(1);
});

test('does not hold who comes back from the provider’s window by the browser’s own button', async () => {
  const { sdk, requests } = openSdk();
  const browser = openBrowser({ sdk, navigation: 'back_forward' });
  await browser.open();
  expect([requests, browser.shown(), browser.button.disabled]).toEqual([[], [], false]);
});

test('can be used when the browser shows it as it was left', async () => {
  const away = new Promise<void>(() => undefined);
  const { sdk } = openSdk(() => away);
  const browser = openBrowser({ sdk });
  void browser.open();
  await settled();
  expect([browser.shown(), browser.button.disabled]).toEqual([['opening'], true]);
  browser.restore();
  expect([browser.shown(), browser.button.disabled]).toEqual([[], false]);
});
