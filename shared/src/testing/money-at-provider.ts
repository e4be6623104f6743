import type { ProviderName } from './pay-at-provider.js';

/** Of the emulator. */
export const TOSS_KEY = 'local-only-toss-secret-key';

/** A payment, by its row. */
export interface PaymentAtProvider {
  id: string;
  provider: ProviderName;
  provider_id: string | null;
}

/** Won taken and given back, one entry for each time. */
export interface Money {
  taken: number[];
  givenBack: number[];
}

/** What the emulated provider itself says of a payment's money, whatever the shop believes. */
export function moneyAtProvider(emulatorsUrl: string, payment: PaymentAtProvider): Promise<Money> {
  return payment.provider === 'KAKAOPAY' ? atKakaoPay(emulatorsUrl, payment) : atToss(emulatorsUrl, payment);
}

interface Action {
  payment_action_type: 'PAYMENT' | 'CANCEL';
  amount: number;
}

async function atKakaoPay(
  emulatorsUrl: string,
  { provider_id: tid }: Pick<PaymentAtProvider, 'provider_id'>,
): Promise<Money> {
  const response = await fetch(`${emulatorsUrl}/kakaopay/online/v1/payment/order`, {
    method: 'POST',
    headers: { authorization: 'SECRET_KEY local-only-test', 'content-type': 'application/json' },
    body: JSON.stringify({ cid: 'TC0ONETIME', tid }),
  });
  const { payment_action_details: actions } = (await expectOk(response)) as {
    payment_action_details: Action[];
  };
  const amounts = (type: Action['payment_action_type']) =>
    actions.filter((action) => action.payment_action_type === type).map(({ amount }) => amount);
  return { taken: amounts('PAYMENT'), givenBack: amounts('CANCEL') };
}

interface TossPayment {
  approvedAt: string | null;
  totalAmount: number;
  cancels: { cancelAmount: number }[] | null;
}

async function atToss(emulatorsUrl: string, { id }: Pick<PaymentAtProvider, 'id'>): Promise<Money> {
  const authorization = `Basic ${Buffer.from(`${TOSS_KEY}:`).toString('base64')}`;
  const response = await fetch(`${emulatorsUrl}/toss/v1/payments/orders/${id}`, {
    headers: { authorization },
  });
  // It hears of a payment when its window is opened.
  if (response.status === 404) return { taken: [], givenBack: [] };
  const { approvedAt, totalAmount, cancels } = (await expectOk(response)) as TossPayment;
  return {
    taken: approvedAt === null ? [] : [totalAmount],
    givenBack: (cancels ?? []).map(({ cancelAmount }) => cancelAmount),
  };
}

async function expectOk(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`the provider answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
