import { expect, test } from '@jest/globals';
import { listen, refuseUpgrade, respond } from '@stampede/shared/http';
import { openLog } from '@stampede/shared/telemetry';
import { connect } from 'node:net';

const open = () =>
  listen({
    host: '127.0.0.1',
    port: 0,
    log: openLog('test', 'silent'),
    routes: { '/': (_, response) => respond(response, 200, 'answered') },
    upgrades: { '/': (_, socket) => refuseUpgrade(socket, '403 Forbidden') },
  });

/** Sends a request and keeps its own half of the connection open, whatever comes. */
async function ask(port: number, path: string, upgrade: string) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`);
  return { answer: await answer, end: () => socket.destroy() };
}

test('a refused upgrade holds up no stop, though its client goes on', async () => {
  const listener = await open();
  const { answer, end } = await ask(listener.port, '/', 'websocket');
  expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
  await listener.close();
  end();
});

test.each([
  ['/', 'h2c', 200],
  ['/nowhere', 'websocket', 404],
])('a request for %s that offers %s is answered as any other', async (path, upgrade, status) => {
  const listener = await open();
  const { answer, end } = await ask(listener.port, path, upgrade);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  end();
  await listener.close();
});
