import type { Buyer, Shop } from '@stampede/shared/testing';

interface Payload {
  data?: unknown;
  errors?: object[];
}

/** Subscribes as a browser does, through the gateway, over server-sent events; `seen` is all that has come. */
export async function openLiveStream<S>(
  shop: Shop,
  subscription: { query: string; variables: object; viewer?: Buyer },
  read: (data: unknown) => S,
) {
  const { query, variables, viewer } = subscription;
  const leaving = new AbortController();
  const response = await fetch(`${shop.gatewayUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(viewer && { authorization: `Bearer ${viewer.account.accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  });
  const { body } = response;
  if (!response.ok || !body) throw new Error(`the gateway answered ${response.status}`);
  const seen: S[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const payload = /^event: next\ndata: (.*)$/m.exec(event)?.[1];
        if (payload) seen.push(read(dataOf(JSON.parse(payload) as Payload)));
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

function dataOf({ data, errors }: Payload): unknown {
  if (!data) throw new Error(`an event without data: ${JSON.stringify(errors)}`);
  return data;
}
