import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openLog } from '@stampede/shared/telemetry';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { GATEWAY } from '../src/identity/as-gateway.js';
import { keepStream } from '../src/live/subgraph/keep-stream.js';
import { openSubgraphStreams, type SubgraphStreams } from '../src/live/subgraph/subgraph-streams.js';
import { replicasAt } from './fixtures/replicas.js';
import { until } from './fixtures/house.js';

/** A subgraph that refuses what is named so, by a result and its end in one piece, and keeps the rest going. */
let server: WebSocketServer;
let streams: SubgraphStreams;
let tell: (value: number) => void;
let connections = 0;
beforeEach(async () => {
  connections = 0;
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (peer: WebSocket & { _socket: Socket }) => {
    connections += 1;
    const send = (...messages: object[]) => {
      peer._socket.cork();
      for (const message of messages) peer.send(JSON.stringify(message));
      peer._socket.uncork();
    };
    peer.on('message', (data: Buffer) => {
      const { type, id, payload } = JSON.parse(data.toString()) as {
        type: string;
        id: string;
        payload: { query: string };
      };
      if (type === 'connection_init') send({ type: 'connection_ack' });
      if (type !== 'subscribe') return;
      const refused = { id, type: 'next', payload: { errors: [{ message: 'no' }] } };
      if (payload.query === 'refused') send(refused, { id, type: 'complete' });
      else tell = (value) => send({ id, type: 'next', payload: { data: { value } } });
    });
  });
  const { port } = server.address() as AddressInfo;
  const replicas = replicasAt('shop', `http://127.0.0.1:${port}`);
  streams = openSubgraphStreams({
    place: () => ({ replicas, path: '/graphql' }),
    identitySecret: 'local-only-test-identity-secret-0123456789',
    log: openLog('gateway', 'silent'),
  });
});
afterEach(async () => {
  streams.close();
  server.close();
  await once(server, 'close');
});

function subscribe(query: string, endWhenAnswered: boolean) {
  const heard: unknown[] = [];
  const stop = streams.open(
    {
      subgraph: 'shop',
      request: { query, variables: {}, operationName: undefined },
      identity: GATEWAY,
      requestId: 'r',
    },
    {
      reached: () => undefined,
      next: (event) => {
        heard.push(event.data ?? 'refused');
        if (endWhenAnswered) stop();
      },
      error: () => heard.push('error'),
      complete: () => heard.push('complete'),
    },
  );
  return heard;
}

test('a refusal that is ended as it comes takes the connection from nobody else', async () => {
  const kept = subscribe('kept', false);
  const refused = subscribe('refused', true);
  await until(() => refused.includes('complete'));
  tell(1);
  await until(() => kept.length > 0);
  expect(kept).toEqual([{ value: 1 }]);
  expect(connections).toBe(1);
});

/** A replica that answers every subscription with its own name. */
async function openReplica(name: string) {
  const replica = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(replica, 'listening');
  let subscribed = 0;
  replica.on('connection', (peer) => {
    peer.on('message', (data: Buffer) => {
      const { type, id } = JSON.parse(data.toString()) as { type: string; id: string };
      if (type === 'connection_init') peer.send(JSON.stringify({ type: 'connection_ack' }));
      if (type !== 'subscribe') return;
      subscribed += 1;
      peer.send(JSON.stringify({ id, type: 'next', payload: { data: { name } } }));
    });
  });
  return {
    name,
    url: `http://127.0.0.1:${(replica.address() as AddressInfo).port}`,
    subscribed: () => subscribed,
    kill: () => {
      for (const peer of replica.clients) peer.terminate();
      replica.close();
    },
  };
}

test('keeps a stream going at another replica when it loses one', async () => {
  const both = [await openReplica('one'), await openReplica('other')];
  const replicas = replicasAt('shop', ...both.map(({ url }) => url));
  const over = openSubgraphStreams({
    place: () => ({ replicas, path: '/graphql' }),
    identitySecret: 'local-only-test-identity-secret-0123456789',
    log: openLog('gateway', 'silent'),
  });
  const heard: unknown[] = [];
  const request = { query: 'kept', variables: {}, operationName: undefined };
  const ended: unknown[] = [];
  const stream = keepStream({
    open: (sink) => over.open({ subgraph: 'shop', request, identity: GATEWAY, requestId: 'r' }, sink),
    deadlineMs: 10_000,
    onEvent: ({ data }) => heard.push(data?.name),
    onLost: () => undefined,
    onEnd: () => ended.push('ended'),
  });
  await until(() => heard.length === 1);
  const [lost, left] = heard[0] === 'one' ? both : both.toReversed();
  lost?.kill();
  await until(() => heard.length === 2);
  expect(heard).toEqual([lost?.name, left?.name]);
  expect(both.map(({ subscribed }) => subscribed())).toEqual([1, 1]);
  expect(ended).toEqual([]);
  stream.close();
  over.close();
  left?.kill();
});
