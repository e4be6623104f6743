import { openExchange, openReplicas, type Resolve } from '@stampede/shared/spread';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (response: ServerResponse, body: string, request: IncomingMessage) => void;

export const OK: Answer = (response, body) => response.end(body);

/** A replica: it answers what the test says, `/readyz` as `ready` says, and shows what it was asked. */
export async function openServer(answer: Answer = OK, host = '127.0.0.1', port = 0) {
  const server = createServer((request, response) => {
    if (request.url === '/readyz') {
      response.writeHead(state.ready ? 200 : 503).end();
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      state.asked.push(body);
      state.headers.push(request.headers);
      state.answer(response, body, request);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: at } = server.address() as AddressInfo;
  const state = {
    answer,
    ready: true,
    asked: [] as string[],
    headers: [] as IncomingMessage['headers'][],
    port: at,
    url: `http://${host}:${at}`,
    /** As when the process dies: what is under way is lost, and nobody listens. */
    kill: () => {
      server.close();
      server.closeAllConnections();
    },
    [Symbol.asyncDispose]: async () => {
      state.kill();
      if (server.listening) await once(server, 'close');
    },
  };
  return state;
}

/** Holds every answer until it is let go. */
export function holding() {
  const held: (() => void)[] = [];
  const answer: Answer = (response, body) => held.push(() => OK(response, body, undefined as never));
  return { answer, letGo: () => held.splice(0).forEach((go) => go()) };
}

export interface SpreadOptions {
  urls: string[];
  deadlineMs?: number;
  atATime?: number;
  readiness?: 'of each' | 'unknown';
  resolve?: Resolve;
}

/** An exchange with a service at these addresses. */
export function openSpread({
  urls,
  deadlineMs = 60_000,
  atATime,
  readiness = 'unknown',
  resolve,
}: SpreadOptions) {
  const metrics = openMetrics('test');
  const log = openLog('test', 'silent');
  const replicas = openReplicas({ service: 'order', urls, readiness, log, metrics, resolve });
  const exchange = openExchange({
    replicas,
    path: '/graphql',
    deadlineMs,
    metrics,
    ...(atATime && { atATime }),
  });
  return {
    replicas,
    read: (body = '') => exchange.send({ headers: {}, body, mayRepeat: true }),
    change: (body = '') => exchange.send({ headers: {}, body, mayRepeat: false }),
    /** A figure of `/metrics`, with its labels. */
    figure: async (name: string) => {
      const { values } = (await metrics.registry.getSingleMetric(`stampede_${name}`)?.get()) ?? {
        values: [],
      };
      return Object.fromEntries(values.map(({ labels, value }) => [labels.state ?? labels.reason, value]));
    },
    [Symbol.asyncDispose]: async () => {
      await exchange.close();
      await replicas.close();
    },
  };
}
