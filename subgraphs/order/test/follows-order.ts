import type { Buyer, Shop } from '@stampede/shared/testing';

const FOLLOW = 'subscription ($id: ID!) { orderChanged(id: $id) { status payments { status } } }';

interface Seen {
  status: string;
  payments: string[];
}

interface Payload {
  data?: { orderChanged: { status: string; payments: { status: string }[] } };
  errors?: object[];
}

/** Follows an order as a browser does, through the gateway, over server-sent events. */
export async function followsOrder(shop: Shop, buyer: Buyer, id: string) {
  const leaving = new AbortController();
  const response = await fetch(`${shop.gatewayUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${buyer.account.accessToken}`,
    },
    body: JSON.stringify({ query: FOLLOW, variables: { id } }),
    signal: leaving.signal,
  });
  const { body } = response;
  if (!response.ok || !body) throw new Error(`the gateway answered ${response.status}`);
  const seen: Seen[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^event: next\ndata: (.*)$/m.exec(event)?.[1];
        if (data) seen.push(seenIn(JSON.parse(data) as Payload));
      }
    }
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return {
    seen,
    [Symbol.asyncDispose]: async () => {
      leaving.abort();
      await reading;
    },
  };
}

function seenIn({ data, errors }: Payload): Seen {
  if (!data) throw new Error(`an event without data: ${JSON.stringify(errors)}`);
  const { status, payments } = data.orderChanged;
  return { status, payments: payments.map((payment) => payment.status) };
}
