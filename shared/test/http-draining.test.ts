import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { listen, respond, type HttpListener } from '@stampede/shared/http';
import { openLog } from '@stampede/shared/telemetry';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { eventually } from '@stampede/shared/testing';

let listener: HttpListener;
/** Answers that the test gives, by path, in the order in which their requests came. */
let held: Map<string, () => void>;
/** What was done, whether or not anybody was told. */
let done: string[];
let sockets: Socket[];

/** More than a socket's two ends take without anybody reading. */
const LARGE = 'x'.repeat(16 * 1024 * 1024);

beforeEach(async () => {
  held = new Map();
  done = [];
  sockets = [];
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    doors: 4,
    log: openLog('test', 'silent'),
    routes: {
      '/stream': (_, response) => stream(response),
      '/large': (_, response) => {
        done.push('/large');
        respond(response, 200, LARGE);
      },
    },
    fallback: (_, response, { pathname }) => {
      done.push(pathname);
      const answer = () => respond(response, 200, pathname);
      if (pathname.startsWith('/held')) held.set(pathname, answer);
      else answer();
    },
  });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await listener.close(0).catch(() => undefined);
});

function stream(response: ServerResponse): void {
  response.writeHead(200).write('begun');
  held.set('/stream', () => response.end());
}

/** A client that keeps its connection. */
function openClient() {
  const socket = connect({ port: listener.port, host: '127.0.0.1' });
  sockets.push(socket);
  let read = '';
  socket.setEncoding('latin1').on('data', (text: string) => (read += text));
  const ended = new Promise<void>((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
  });
  ended.catch(() => undefined);
  return {
    socket,
    connected: new Promise((resolve) => socket.once('connect', resolve)),
    length: () => read.length,
    send: (...paths: string[]) =>
      socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('')),
    /** Rejects when the connection was broken off. */
    ended,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    /** For each answer that came whole: what it answers, and whether it is its connection's last. */
    answers: () =>
      [...read.matchAll(/HTTP\/1\.1 200 OK\r\n([^]*?)\r\n\r\n(\/[a-z0-9-]+)/g)].map(
        ([, head, path]) => `${path}${/^connection: close$/im.test(head!) ? ', the last' : ''}`,
      ),
    reads: (text: string) => eventually(() => expect(read).toContain(text)),
  };
}

const comes = (path: string) => eventually(() => expect(held.has(path)).toBe(true));
const isDone = (path: string) => eventually(() => expect(done).toContain(path));

test('a request in flight is answered, and its connection ends with the answer', async () => {
  const client = openClient();
  client.send('/held');
  await comes('/held');
  const closed = listener.close();
  held.get('/held')!();
  await client.ended;
  expect(client.answers()).toEqual(['/held, the last']);
  await closed;
});

test('while it drains, what comes over a kept connection is answered, and so is a new one', async () => {
  const kept = openClient();
  kept.send('/before');
  await kept.reads('/before');
  listener.drain();
  kept.send('/after');
  await kept.ended;
  expect(kept.answers()).toEqual(['/before', '/after, the last']);
  const late = openClient();
  late.send('/new');
  await late.ended;
  expect(late.answers()).toEqual(['/new, the last']);
});

test('pipelined requests are all answered before their connection ends', async () => {
  const client = openClient();
  client.send('/held-1', '/held-2', '/quick-3');
  await isDone('/quick-3');
  const closed = listener.close();
  held.get('/held-2')!();
  held.get('/held-1')!();
  await client.ended;
  // The third was answered before anybody spoke of an end; its connection is ended when it is idle.
  expect(client.answers()).toEqual(['/held-1', '/held-2', '/quick-3']);
  await closed;
});

test('the last of pipelined requests says that it is the last, though the first is answered after it', async () => {
  const client = openClient();
  client.send('/held-1', '/held-2');
  await comes('/held-2');
  listener.drain();
  held.get('/held-2')!();
  held.get('/held-1')!();
  await client.ended;
  expect(client.answers()).toEqual(['/held-1', '/held-2, the last']);
});

test('what follows the last answer of a connection is not done: its client sends it again elsewhere', async () => {
  const client = openClient();
  listener.drain();
  client.send('/last', '/too-late');
  await client.ended;
  expect(client.answers()).toEqual(['/last, the last']);
  expect(done).toEqual(['/last']);
});

test('an answer that began before the end goes on, and holds it up no longer than it takes', async () => {
  const client = openClient();
  client.send('/stream');
  await client.reads('begun');
  const closed = listener.close(600_000);
  held.get('/stream')!();
  await client.ended;
  await closed;
});

test('an answer that is given and not yet taken is not cut, however slowly its client reads', async () => {
  const client = openClient();
  await client.connected;
  client.socket.pause();
  client.send('/large');
  await isDone('/large');
  const closed = listener.close(600_000);
  const late = openClient();
  // The stop has looked for idle connections by when it refuses others.
  await expect(late.ended).rejects.toThrow('ECONNREFUSED');
  client.socket.resume();
  await client.ended;
  await closed;
  expect(client.length()).toBeGreaterThan(LARGE.length);
});

test('a connection over which too many requests wait is cut, and nothing more of it is done', async () => {
  const client = openClient();
  const paths = Array.from({ length: 150 }, (_, n) => `/held-${n}`);
  client.send(...paths.slice(0, 100));
  await comes('/held-99');
  for (const path of paths.slice(0, 100)) held.get(path)!();
  await client.reads('/held-99');
  client.send(...paths);
  await client.closed;
  expect(done).toHaveLength(200);
});

test('a request that has begun to come when the end does is answered, and the first of a new connection', async () => {
  const [begun, fresh, other] = [openClient(), openClient(), openClient()];
  begun.send('/before');
  await begun.reads('/before');
  begun.socket.write('GET /begun HTTP/1.1\r\n');
  await fresh.connected;
  // What was sent earlier has come, too.
  other.send('/other');
  await other.reads('/other');
  const closed = listener.close(600_000);
  begun.socket.write('Host: x\r\n\r\n');
  fresh.send('/fresh');
  await Promise.all([begun.ended, fresh.ended, closed]);
  expect(begun.answers()).toEqual(['/before', '/begun, the last']);
  expect(fresh.answers()).toEqual(['/fresh, the last']);
});

test('connections that are idle, and those over which nothing ever came, hold up no stop', async () => {
  const idle = openClient();
  idle.send('/before');
  await idle.reads('/before');
  const silent = openClient();
  await silent.connected;
  await listener.close(600_000);
  await Promise.all([idle.ended, silent.ended]);
});

test('what takes longer than it may is cut', async () => {
  const client = openClient();
  client.send('/held');
  await comes('/held');
  await listener.close(10);
  await client.ended;
  expect(client.answers()).toEqual([]);
});
