import { expect, test } from '@jest/globals';
import type { Route } from '@stampede/shared/http';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { replicasAt } from './fixtures/replicas.js';
import { openEndedSessions } from '../src/identity/ended/ended-sessions.js';
import { openEndings } from './fixtures/endings.js';
import { IDENTITY_SECRET, openBareSubgraph, until } from './fixtures/house.js';

/** A user service in a thread of its own: it goes on while this one stands still. */
const USER = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const line = JSON.stringify({ ended: [], whole: true, ageMs: 0 }) + '\\n';
  const server = createServer((_, response) => {
    parentPort.postMessage('asked');
    response.write(line);
    const beat = setInterval(() => response.write(line), 100);
    response.on('close', () => clearInterval(beat));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** What a gateway knows of ended sessions, and whatever was wrong with it in the meantime. */
function openWatched(userUrl: string) {
  const log = openLog('test', 'silent');
  const problems: unknown[] = [];
  log.warn = (fields: unknown) => problems.push(fields);
  const said: unknown[] = [];
  log.info = (...line: unknown[]) => said.push(line.at(-1));
  const metrics = openMetrics('test');
  const user = replicasAt('user', userUrl);
  const sessions = openEndedSessions({ user, identitySecret: IDENTITY_SECRET, log, metrics });
  return { sessions, problems, said, [Symbol.asyncDispose]: () => sessions.close() };
}

test('does not take a pause of its own for silence of the user service', async () => {
  const user = new Worker(USER, { eval: true });
  await using _ = { [Symbol.asyncDispose]: async () => void (await user.terminate()) };
  const [port] = (await once(user, 'message')) as [number];
  let asked = 0;
  user.on('message', () => (asked += 1));
  await using watched = openWatched(`http://127.0.0.1:${port}`);
  const { sessions, problems } = watched;
  await until(() => sessions.problem() === undefined);

  for (let time = 0; time < 3; time += 1) {
    standStill(1_500);
    // Whatever had a timer has had its turn when this has.
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(problems).toEqual([]);
  expect(sessions.problem()).toBeUndefined();
  expect(asked).toBe(1);
});

test('bears a break that is shorter than a second', async () => {
  const endings = openEndings(IDENTITY_SECRET);
  const [[path, route]] = Object.entries(endings.routes) as [[string, Route]];
  await using user = await openBareSubgraph(route, [path]);
  await using watched = openWatched(user.url);
  const { sessions, problems } = watched;
  await until(() => sessions.problem() === undefined);

  endings.stop();
  await until(() => endings.streams() === 0);
  endings.end('s1');
  endings.start();
  await until(() => sessions.has('s1'));
  expect(problems).toEqual([]);
});

test('says once that the user service is away, however often it is asked', async () => {
  const endings = openEndings(IDENTITY_SECRET);
  const [[path, route]] = Object.entries(endings.routes) as [[string, Route]];
  let asked = 0;
  await using user = await openBareSubgraph(
    (...request) => {
      asked += 1;
      return route(...request);
    },
    [path],
  );
  endings.stop();
  await using watched = openWatched(user.url);
  const losses = () => watched.said.filter((line) => String(line).includes('broke off')).length;
  await until(() => asked >= 4);
  expect(losses()).toBe(1);
  endings.start();
  await until(() => watched.sessions.problem() === undefined);
  const before = asked;
  endings.stop();
  await until(() => asked >= before + 3);
  expect(losses()).toBe(2);
  endings.close();
});
