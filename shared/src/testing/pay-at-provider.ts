import { request } from 'undici';

/** As the API names them. */
export type ProviderName = 'KAKAOPAY' | 'TOSS_PAYMENTS';

/** What approves a payment. `amount`, in won, where the provider's redirect carries it. */
export interface Agreed {
  /** '' when the buyer gave up. */
  token: string;
  amount?: number;
}

/** What our page of a payment by Toss Payments gives to the SDK; `amount` in won. */
interface TossPage {
  sdkUrl: string;
  clientKey: string;
  orderId: string;
  orderName: string;
  amount: number;
  successUrl: string;
  failUrl: string;
}

/** Does as a buyer does where `redirectUrl` leads. @param choice a button of the emulator's page */
export async function agreeAtProvider(
  provider: ProviderName,
  redirectUrl: string,
  choice = 'card',
): Promise<Agreed> {
  if (provider === 'KAKAOPAY') return { token: await pressPay(redirectUrl, choice) };
  return agreeAtToss(await readTossPage(redirectUrl), choice);
}

/** Presses a button of KakaoPay's emulated page as a person does. @returns the token that came back, or '' */
export async function pressPay(redirectUrl: string, choice = 'card'): Promise<string> {
  return (await press(redirectUrl, choice)).get('pg_token') ?? '';
}

/** What stands in our own page for its script. @throws Error when nothing can be paid there */
export async function readTossPage(redirectUrl: string): Promise<TossPage> {
  const response = await request(redirectUrl);
  const page = await response.body.text();
  const json = /<script[^>]*\bid="toss-payment"[^>]*>([^]*?)<\/script>/.exec(page)?.[1];
  if (json === undefined) throw new Error(`the page of a payment answered ${response.statusCode}`);
  return JSON.parse(json) as TossPage;
}

/** Goes where the SDK would lead a browser, and presses a button there. */
async function agreeAtToss({ sdkUrl, ...asked }: TossPage, choice: string): Promise<Agreed> {
  const address = new URL('../payment-window', sdkUrl);
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, String(value));
  const back = await press(address.href, choice);
  const amount = back.get('amount');
  return { token: back.get('paymentKey') ?? '', ...(amount !== null && { amount: Number(amount) }) };
}

/** @returns the parameters with which the buyer came back */
async function press(url: string, choice: string): Promise<URLSearchParams> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `choice=${choice}`,
  });
  await response.body.dump();
  const location = response.headers.location;
  if (typeof location !== 'string') throw new Error(`the provider's page answered ${response.statusCode}`);
  return new URL(location).searchParams;
}
