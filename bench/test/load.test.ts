import { expect, test } from '@jest/globals';
import { openLoad, type LoadAnswer } from '../src/load/load.js';
import { graphqlRequest } from '../src/load/requests.js';
import { openAnsweringServer, openDribblingProxy, type Reply } from './answering-server.js';

const requestsFor = (port: number, count: number) =>
  Array.from({ length: count }, (_, number) =>
    graphqlRequest(
      new URL(`http://127.0.0.1:${port}/graphql`),
      { number, name: '한정판' },
      `token-${number}`,
    ),
  );

const numberOf = (body: string) => (JSON.parse(body) as { number: number }).number;

const unavailable = (retryAfterMs: number): Reply => ({
  body: JSON.stringify({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs } }] }),
});

/** Puts a load of so many requests on a server that answers so. */
async function load(
  count: number,
  connections: number,
  answer: Parameters<typeof openAnsweringServer>[0],
  options: { repeatUnavailable?: boolean; answerWithinMs?: number } = {},
) {
  await using server = await openAnsweringServer(answer);
  const generator = openLoad('127.0.0.1', server.port, connections);
  try {
    const { answers } = await generator.run({ requests: requestsFor(server.port, count), ...options });
    return { answers, server };
  } finally {
    generator.close();
  }
}

const shortOf = ({ status, body, repeats }: LoadAnswer) => ({ status, body, repeats });

test('sends each request once, with its own token, and gives the answers in the order of the requests', async () => {
  const { answers, server } = await load(500, 7, ({ body }) => ({ body: `to ${numberOf(body)}: 완판` }));
  expect(answers.map(shortOf)).toEqual(
    Array.from({ length: 500 }, (_, number) => ({ status: 200, body: `to ${number}: 완판`, repeats: 0 })),
  );
  expect(server.asked).toHaveLength(500);
  expect(
    server.asked.every(({ body, authorization }) => authorization === `Bearer token-${numberOf(body)}`),
  ).toBe(true);
});

test('keeps its connections, and has one request in flight on each', async () => {
  const { server } = await load(300, 5, async () => {
    await new Promise(setImmediate);
    return {};
  });
  expect(new Set(server.asked.map(({ connection }) => connection)).size).toBe(5);
  expect(server.mostAtOnce()).toBe(1);
});

test('sends nothing before the set moment, and all of it after', async () => {
  const at = Date.now() + 200;
  const arrivals: number[] = [];
  await using server = await openAnsweringServer(() => {
    arrivals.push(Date.now());
    return {};
  });
  const generator = openLoad('127.0.0.1', server.port, 4);
  const { beganAt } = await generator.run({ requests: requestsFor(server.port, 20), at });
  generator.close();
  expect(beganAt).toBeGreaterThanOrEqual(at);
  expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(at);
  expect(arrivals).toHaveLength(20);
});

test('measures from the beginning of the load, and from each request on the wire', async () => {
  const { answers } = await load(4, 1, async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return {};
  });
  const [first, , , last] = answers as [LoadAnswer, LoadAnswer, LoadAnswer, LoadAnswer];
  // A timer may be a millisecond early.
  expect(first.answeredMs - first.sentMs).toBeGreaterThanOrEqual(29);
  expect(last.sentMs).toBeGreaterThanOrEqual(3 * 29);
  expect(last.answeredMs).toBeGreaterThanOrEqual(4 * 29);
});

test('passes on answers of any status as they are', async () => {
  const { answers } = await load(2, 1, (_, index) => ({
    status: index === 0 ? 503 : 200,
    body: 'Bad gateway',
  }));
  expect(answers.map(shortOf)).toEqual([
    { status: 503, body: 'Bad gateway', repeats: 0 },
    { status: 200, body: 'Bad gateway', repeats: 0 },
  ]);
});

test('a connection that is cut costs one answer; the rest goes over a new one', async () => {
  const { answers, server } = await load(10, 2, ({ body }) => (numberOf(body) === 3 ? { cut: true } : {}));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 0, 200, 200, 200, 200, 200, 200]);
  expect(answers[3]!.body).toBe('the connection was closed without an answer');
  expect(server.asked).toHaveLength(10);
});

test('gives up an answer that never comes, and goes on', async () => {
  const { answers } = await load(6, 2, ({ body }) => (numberOf(body) === 1 ? { silent: true } : {}), {
    answerWithinMs: 100,
  });
  expect(answers.map(({ status }) => status)).toEqual([200, 0, 200, 200, 200, 200]);
  expect(answers[1]!.body).toBe('no answer within 100 ms');
});

test('a server that is not there is no answer to anybody', async () => {
  const port = await (async () => {
    await using server = await openAnsweringServer(() => ({}));
    return server.port;
  })();
  const generator = openLoad('127.0.0.1', port, 3);
  const { answers } = await generator.run({ requests: requestsFor(port, 9) });
  generator.close();
  expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(0));
  expect(answers[0]!.body).toContain('ECONNREFUSED');
});

test('connects anew when the server ends the connection with its answer', async () => {
  const close = { body: 'x', headers: { 'content-length': '1', connection: 'close' } };
  const { answers, server } = await load(6, 1, () => close);
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(new Set(server.asked.map(({ connection }) => connection)).size).toBe(6);
});

test('an answer without a length is told as none, and does not stop the rest', async () => {
  const { answers } = await load(3, 1, ({ body }) =>
    numberOf(body) === 1 ? { body: 'x', headers: {} } : {},
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 0, 200]);
  expect(answers[1]!.body).toContain('without a content-length');
});

test('puts answers together that come byte by byte', async () => {
  await using server = await openAnsweringServer(({ body }) => ({ body: `to ${numberOf(body)}: 완판` }));
  await using proxy = await openDribblingProxy(server.port);
  const generator = openLoad('127.0.0.1', proxy.port, 3);
  const { answers } = await generator.run({ requests: requestsFor(server.port, 9) });
  generator.close();
  expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 9 }, (_, n) => `to ${n}: 완판`));
});

test('repeats the very same request after the time that it was told, and counts that', async () => {
  const { answers, server } = await load(
    4,
    2,
    ({ body }, index) => (numberOf(body) === 2 && index < 6 ? unavailable(50) : {}),
    { repeatUnavailable: true },
  );
  const sent = server.asked.filter(({ body }) => numberOf(body) === 2);
  expect(answers.map(({ repeats }) => repeats)).toEqual([0, 0, sent.length - 1, 0]);
  expect(sent.length).toBeGreaterThan(2);
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
  expect(answers.every(({ status, body }) => status === 200 && body === '{}')).toBe(true);
  const { sentMs, answeredMs } = answers[2]!;
  expect(sentMs).toBeGreaterThanOrEqual(50 * (sent.length - 1));
  expect(answeredMs).toBeGreaterThan(sentMs);
});

test('repeats nothing that only mentions the code', async () => {
  const { answers } = await load(2, 1, () => ({ status: 503, body: '<h1>SERVICE_UNAVAILABLE</h1>' }), {
    repeatUnavailable: true,
  });
  expect(answers.map(({ status, repeats }) => [status, repeats])).toEqual([
    [503, 0],
    [503, 0],
  ]);
});

test('does not repeat what it was not asked to repeat', async () => {
  const { answers, server } = await load(3, 1, () => unavailable(1));
  expect(server.asked).toHaveLength(3);
  expect(answers.every(({ body, repeats }) => body.includes('SERVICE_UNAVAILABLE') && repeats === 0)).toBe(
    true,
  );
});

test('tells of each tenth as it is reached, and of the end', async () => {
  await using server = await openAnsweringServer(() => ({}));
  const generator = openLoad('127.0.0.1', server.port, 8);
  const told: number[] = [];
  await generator.run({
    requests: requestsFor(server.port, 50),
    onProgress: (settled) => told.push(settled),
  });
  generator.close();
  expect(told).toEqual(expect.arrayContaining([5, 10, 15, 20, 25, 30, 35, 40, 45, 50]));
  expect(told.at(-1)).toBe(50);
});

test('asks once over each connection before a load', async () => {
  await using server = await openAnsweringServer((_, index) => ({ body: String(index) }));
  const generator = openLoad('127.0.0.1', server.port, 200);
  const answers = await generator.eachConnection(requestsFor(server.port, 1)[0]!);
  generator.close();
  expect(new Set(answers.map(({ body }) => body)).size).toBe(200);
  expect(new Set(server.asked.map(({ connection }) => connection)).size).toBe(200);
  expect(answers.every(({ sentAt, answeredAt }) => sentAt <= answeredAt)).toBe(true);
});

test('says so when a connection cannot even be warmed', async () => {
  await using server = await openAnsweringServer(() => ({ status: 503, body: 'away' }));
  const generator = openLoad('127.0.0.1', server.port, 2);
  await expect(generator.eachConnection(requestsFor(server.port, 1)[0]!)).rejects.toThrow('503: away');
  generator.close();
});
