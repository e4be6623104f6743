import {
  CONNECT_BODY,
  IDENTITY_HEADER,
  signIdentity,
  subscribeBody,
  type Identity,
} from '@stampede/shared/identity';
import type { Replica, Replicas } from '@stampede/shared/spread';
import type { Log } from '@stampede/shared/telemetry';
import { createClient, type Client } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import { GATEWAY } from '../../identity/as-gateway.js';
import { openLine, type Line } from './line.js';
import { openPongWatch } from './pong-watch.js';
import { socketsBy } from './subgraph-socket.js';

/** What a subgraph is asked for; the signature covers exactly these. */
export interface StreamRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface StreamOptions {
  subgraph: string;
  request: StreamRequest;
  /** As whom. */
  identity: Identity;
  requestId: string;
}

export interface StreamEvent {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly unknown[] | undefined;
}

export interface StreamSink {
  /** The subgraph has acknowledged the connection that it is asked over. */
  reached(): void;
  next(event: StreamEvent): void;
  /** The subgraph refused it: its errors. Or it is out of reach: what the connection ended with. */
  error(reason: unknown): void;
  complete(): void;
}

export interface SubgraphStreams {
  /** Subscribes; the sink may still be called after the returned function has ended it. */
  open(options: StreamOptions, sink: StreamSink): () => void;
  close(): void;
}

export interface SubgraphStreamsOptions {
  /** Where a subgraph's GraphQL is served over HTTP; WebSocket is at the same place. */
  place: (subgraph: string) => { replicas: Pick<Replicas, 'pick'>; path: string };
  identitySecret: string;
  log: Log;
}

interface Connection {
  client: Client;
  line: Line;
}

const ACKNOWLEDGE_MS = 5_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

/** One connection per subgraph carries all subscriptions to it; each is signed for whom it runs as. */
export function openSubgraphStreams(options: SubgraphStreamsOptions): SubgraphStreams {
  const { place, identitySecret, log } = options;
  const connections = new Map<string, Connection>();
  let closing = false;

  function connectionOf(subgraph: string): Connection {
    const known = connections.get(subgraph);
    if (known) return known;
    const connection = open(subgraph);
    connections.set(subgraph, connection);
    return connection;
  }

  function open(subgraph: string): Connection {
    const line = openLine();
    const pongs = openPongWatch(PONG_WITHIN_MS, () => client.terminate());
    let ids = 0;
    let at: Replica | undefined;
    const client: Client = createClient({
      // Chosen for each connection, after one that was lost another: and another supergraph may have another place.
      url: () => {
        const { replicas, path } = place(subgraph);
        at = replicas.pick(at);
        return at.origin.replace(/^http/, 'ws') + path;
      },
      webSocketImpl: socketsBy(() => at?.lookup),
      connectionParams: () => ({ [IDENTITY_HEADER]: sign(subgraph, GATEWAY, CONNECT_BODY, randomUUID()) }),
      connectionAckWaitTimeout: ACKNOWLEDGE_MS,
      keepAlive: PING_EVERY_MS,
      // Whoever subscribes tries again when the line lets them, with a fresh signature.
      retryAttempts: 0,
      generateID: () => String((ids += 1)),
      on: {
        connected: line.connected,
        ping: (received) => {
          if (!received) pongs.pinged();
        },
        pong: (received) => {
          if (received) pongs.ponged();
        },
        closed: (event) => {
          pongs.close();
          const { code, reason } = event as { code: number; reason: string };
          if (closing) return;
          line.ended(code === 1_000);
          if (code === 1_000) return;
          log.warn({ subgraph, code, reason }, 'the connection to a subgraph has ended');
        },
      },
    });
    return { client, line };
  }

  function sign(audience: string, identity: Identity, body: string, requestId: string): string {
    return signIdentity(identitySecret, { audience, identity, requestId }, body);
  }

  return {
    open: ({ subgraph, request, identity, requestId }, sink) => {
      const { client, line } = connectionOf(subgraph);
      return line.call({
        reached: () => sink.reached(),
        start: () => {
          const signature = sign(subgraph, identity, subscribeBody(request), requestId);
          const end = client.subscribe({ ...request, extensions: { [IDENTITY_HEADER]: signature } }, sink);
          // Ended while it is being told of an answer, with the `complete` behind it in the same piece, graphql-ws counts
          // it out twice, and closes the connection while others are using it.
          return () => queueMicrotask(end);
        },
      });
    },
    close: () => {
      closing = true;
      for (const { client, line } of connections.values()) {
        line.close();
        client.terminate();
      }
      connections.clear();
    },
  };
}
