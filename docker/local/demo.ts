/** Where a demo is played. */
export interface DemoPlatform {
  gatewayUrl: string;
  emulatorsUrl: string;
}

interface Answer<T> {
  data?: T | null;
  errors?: { message: string }[];
}

const SOLD_OUT = 'Signed poster';

/**
 * Plays what the demo needs of buyers, through the published API and the provider's page, as anybody could: the
 * demo's second buyer buys every poster that is left. A step that an earlier start has played is not played again.
 *
 * @throws Error that says which step was refused
 */
export async function seedDemo({ gatewayUrl }: DemoPlatform): Promise<void> {
  const ask = asking(`${gatewayUrl}/graphql`);
  const left = await findLeft(ask);
  if (!left || left.stock.available === 0) return;
  const { signIn } = await ask<{ signIn: { accessToken: string } }>(
    `mutation { signIn(input: {email: "buyer2@stampede.test", password: "stampede-demo", device: "demo"}) {
      ... on AuthSession { accessToken } ... on Rejection { message } } }`,
  );
  const token = signIn.accessToken;
  const line = { productId: left.id, quantity: left.stock.available };
  const { checkout } = await ask<{ checkout: { id?: string; message?: string } }>(
    `mutation ($input: CheckoutInput!) { checkout(input: $input) { ... on Order { id } ... on Rejection { message } } }`,
    { input: { lines: [line], idempotencyKey: `demo-sold-out-${left.stock.sold}` } },
    token,
  );
  if (!checkout.id) throw new Error(`The demo's poster cannot be bought: ${checkout.message}`);
  await pay(ask, checkout.id, `${gatewayUrl}/return`, token);
}

type Ask = ReturnType<typeof asking>;

function asking(url: string) {
  return async <T>(query: string, variables: object = {}, token?: string): Promise<T> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(15_000),
    });
    const { data, errors } = (await response.json()) as Answer<T>;
    if (data) return data;
    throw new Error(
      `The demo was refused: ${errors?.map(({ message }) => message).join('; ') ?? response.status}`,
    );
  };
}

async function findLeft(ask: Ask) {
  type Product = { id: string; name: string; stock: { available: number; sold: number } };
  const { products } = await ask<{ products: { edges: { node: Product }[] } }>(
    '{ products(first: 100) { edges { node { id name stock { available sold } } } } }',
  );
  return products.edges.find(({ node }) => node.name === SOLD_OUT)?.node;
}

async function pay(ask: Ask, orderId: string, returnUrl: string, token: string): Promise<void> {
  const { startPayment } = await ask<{
    startPayment: { id: string; redirectUrl?: string; message?: string };
  }>(
    `mutation ($input: StartPaymentInput!) { startPayment(input: $input) {
      ... on Payment { id redirectUrl } ... on Rejection { message } } }`,
    { input: { orderId, provider: 'KAKAOPAY', returnUrl } },
    token,
  );
  if (!startPayment.redirectUrl) throw new Error(`The demo's order cannot be paid: ${startPayment.message}`);
  const page = await fetch(startPayment.redirectUrl, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
  });
  const pgToken = new URL(page.headers.get('location') ?? '').searchParams.get('pg_token');
  const { approvePayment } = await ask<{ approvePayment: { status?: string; message?: string } }>(
    `mutation ($input: ApprovePaymentInput!) { approvePayment(input: $input) {
      ... on Payment { status } ... on Rejection { message } } }`,
    { input: { paymentId: startPayment.id, token: pgToken } },
    token,
  );
  if (!approvePayment.status) throw new Error(`The demo's payment was refused: ${approvePayment.message}`);
}
