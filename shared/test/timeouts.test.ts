import { expect, test } from '@jest/globals';
import { listen, respond } from '@stampede/shared/http';
import { openLog, openMetrics, type Log } from '@stampede/shared/telemetry';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';

/** More than a socket's two ends take without anybody reading. */
const LARGE = 'x'.repeat(16 * 1024 * 1024);

type ListenOptions = Parameters<typeof listen>[0];

/** What is warned of. */
function keptLog() {
  const lines: object[] = [];
  const warn = (line: object) => lines.push(line);
  return { lines, log: Object.assign(Object.create(openLog('test', 'silent')) as Log, { warn }) };
}

async function open(
  timeouts: ListenOptions['timeouts'],
  { onLarge, ...options }: Partial<ListenOptions> & { onLarge?: (response: ServerResponse) => void } = {},
) {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    log: openLog('test', 'silent'),
    routes: {
      '/': (_, response) => respond(response, 200, 'answered'),
      '/body': async (request, response) => {
        for await (const _ of request);
        respond(response, 200, 'read');
      },
      '/large': (_, response) => {
        respond(response, 200, LARGE);
        onLarge?.(response);
      },
    },
    timeouts,
    ...options,
  });
  return { ...listener, [Symbol.asyncDispose]: () => listener.close(0) };
}

/** What a connection is answered until the server ends it. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (data: Buffer) => (text += data.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return text;
}

test.each([
  ['says nothing', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: '],
  ['never ends its body', 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{'],
])('cuts off who %s, however it trickles in', async (_, beginning) => {
  await using server = await open({ headersMs: 300, requestMs: 300 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write(beginning);
  const trickle = beginning === '' ? undefined : setInterval(() => socket.write('a'), 20);
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1.1 408 /);
  clearInterval(trickle);
});

test('ends a connection over which nothing more comes', async () => {
  await using server = await open({ keepAliveMs: 100 });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await untilClosed(socket)).toContain('answered');
});

test('cuts off who does not take an answer', async () => {
  let tell: (response: ServerResponse) => void = () => undefined;
  const reached = new Promise<ServerResponse>((resolve) => (tell = resolve));
  await using server = await open({ answerMs: 200 }, { onLarge: (response) => tell(response) });
  const deaf = connect(server.port, '127.0.0.1');
  deaf.on('error', () => undefined);
  deaf.pause();
  deaf.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
  const response = await reached;
  await once(response, 'close');
  expect(response.writableFinished).toBe(false);
  deaf.destroy();
});

test('closes one connection more than there may be, says so once, and leaves the others alone', async () => {
  const metrics = openMetrics('full');
  const { log, lines } = keptLog();
  await using server = await open({}, { connectionLimit: 1, metrics, log });
  const first = connect(server.port, '127.0.0.1');
  const ask = async () => {
    first.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return String((await once(first, 'data'))[0]);
  };
  expect(await ask()).toContain('answered');
  for (let n = 0; n < 3; n += 1) expect(await untilClosed(connect(server.port, '127.0.0.1'))).toBe('');
  expect(await ask()).toContain('answered');
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^stampede_http_connections\{.*\} 1$/m);
  expect(text).toMatch(/^stampede_http_connections_closed_total\{reason="full",.*\} 3$/m);
  expect(text).toMatch(/^stampede_http_connections_closed_total\{reason="pipelined",.*\} 0$/m);
  expect(lines).toEqual([{ reason: 'full', open: 1 }]);
  first.destroy();
});
