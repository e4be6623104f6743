import type { Client } from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Identify } from '../../identity/identify.js';
import type { Rate } from '../../rates/gcra.js';
import { openMeter } from '../../rates/meter.js';
import type { Safelist } from '../../safelist/safelist.js';
import { tooLarge } from '../client-errors.js';
import { whenEnded, type Credential } from '../credential.js';
import type { Visitor } from '../crowd.js';
import type { TransportMetrics } from '../live-metrics.js';
import type { Operate } from '../operate.js';
import { openHeartbeat } from './heartbeat.js';
import { ACK, CLOSE, pong, readMessage, type Message } from './messages.js';
import { openOperations } from './operations.js';
import { openOutlet } from './outlet.js';

export interface ConnectionOptions {
  identify: Identify;
  operate: Operate;
  /** Milliseconds in which a client has to introduce itself. */
  initMs: number;
  /** Milliseconds from one ping to the next; a client that has not answered by then is cut off. */
  heartbeatMs: number;
  /** Operations at a time. */
  operationLimit: number;
  /** Messages of one client, pings and pongs with them. */
  messageRate: Rate;
  /** Bytes of one message. */
  messageLimit: number;
  /** Undefined: every operation is run. */
  safelist: Pick<Safelist, 'admit'> | undefined;
  metrics: TransportMetrics;
  /** The gateway ends a connection, for a reason other than its own end. */
  onRefused: (reason: string) => void;
  log: Log;
}

/** What the request said that opened the socket. */
export interface Opening {
  /** Its header; the client's own word comes first. */
  authorization: string | undefined;
  client: Client;
  visitor: Visitor;
  /** Bytes that have come over the connection. */
  bytesRead: () => number;
}

export interface Connection {
  /** Lets what is in flight be answered, then closes; the client will come again, to another process. */
  drain(): void;
}

/** Speaks the protocol `graphql-transport-ws` with one client. */
export function openConnection(
  socket: WebSocket,
  { authorization, client, visitor, bytesRead }: Opening,
  options: ConnectionOptions,
): Connection {
  const { identify, operate, operationLimit, messageLimit, safelist, metrics, onRefused, log } = options;
  const send = openOutlet(socket, metrics, () => onRefused('unread'));
  const operations = openOperations({ send, operate, visitor, limit: operationLimit, metrics });
  const { heartbeatMs: everyMs } = options;
  const heartbeat = openHeartbeat(socket, { everyMs, bytesRead, onCutOff: onRefused });
  const initTimer = setTimeout(
    () => refuse(CLOSE.initialisationTimeout, 'Connection initialisation timeout'),
    options.initMs,
  );
  let forgetEnd = () => undefined as void;
  let initialised = false;
  let credential: Credential | undefined;
  let draining = false;

  function refuse(code: number, reason: string): void {
    if (socket.readyState !== socket.OPEN) return;
    onRefused(String(code));
    operations.close();
    socket.close(code, reason);
  }

  async function initialise(payload: Record<string, unknown> | null | undefined): Promise<void> {
    if (initialised) return refuse(CLOSE.tooMany, 'Too many initialisation requests');
    initialised = true;
    const own = payload?.Authorization ?? payload?.authorization;
    // What is no text is no good token either.
    const who = await identify(own === undefined ? authorization : typeof own === 'string' ? own : '');
    clearTimeout(initTimer);
    if (socket.readyState !== socket.OPEN) return;
    if (!who.ok) {
      const isBad = who.status === 401;
      refuse(isBad ? CLOSE.forbidden : CLOSE.tryAgainLater, isBad ? 'Forbidden' : 'Try again later');
      return;
    }
    if (visitor.isOf(who.identity)) return refuse(CLOSE.tooMany, 'Too many connections');
    credential = who;
    forgetEnd = whenEnded(who, () => refuse(CLOSE.forbidden, 'The access token has ended'));
    send(ACK);
  }

  async function handle(message: Message, size: number): Promise<void> {
    switch (message.type) {
      case 'connection_init':
        return initialise(message.payload);
      case 'ping':
        return send(pong(message.payload ?? undefined));
      case 'pong':
        return undefined;
      case 'complete':
        return operations.end(message.id);
      case 'subscribe': {
        const { id, payload } = message;
        if (!credential) return refuse(CLOSE.unauthorized, 'Unauthorized');
        if (operations.has(id))
          return refuse(CLOSE.subscriberExists, `Subscriber for ${shortened(id)} already exists`);
        if (draining) return undefined;
        if (size > messageLimit) return operations.refuse(id, tooLarge(messageLimit));
        const admitted = safelist ? safelist.admit(payload) : payload;
        if (admitted instanceof GraphQLError) return operations.refuse(id, admitted.toJSON());
        const { query, variables, operationName } = admitted;
        if (query === undefined) return refuse(CLOSE.badRequest, 'Invalid message received');
        const request = { query, variables: variables ?? {}, operationName: operationName ?? undefined };
        return operations.begin(id, request, { identity: credential.identity, client });
      }
    }
  }

  const mayCome = openMeter(options.messageRate);
  /** Whether what has come may be looked at: it is not too much, and nobody has hung up. */
  function comes(): boolean {
    if (socket.readyState !== socket.OPEN) return false;
    if (mayCome(performance.now())) return true;
    refuse(CLOSE.tooMany, 'Too many messages');
    return false;
  }

  // ws answers pings by itself; what else they and pongs cost is reading them.
  socket.on('ping', comes);
  socket.on('pong', comes);
  socket.on('message', (data: Buffer, isBinary) => {
    // Until the client has answered our closing, its messages still come in.
    if (!comes()) return;
    const message = isBinary ? undefined : readMessage(data.toString());
    if (!message) return refuse(CLOSE.badRequest, 'Invalid message received');
    handle(message, data.length).catch((error: unknown) => {
      log.error({ err: error }, 'a message of a WebSocket failed unexpectedly');
      refuse(CLOSE.internalError, 'Internal error');
    });
  });
  // A frame that breaks the protocol, or a connection that breaks off: the socket closes by itself.
  socket.on('error', () => onRefused('broken'));
  socket.on('close', () => {
    clearTimeout(initTimer);
    forgetEnd();
    heartbeat.close();
    operations.close();
  });
  return {
    drain: () => {
      draining = true;
      operations.drain(() => socket.close(CLOSE.goingAway, 'Going away'));
    },
  };
}

/** A close reason has 123 bytes at most; a character that is cut becomes one of three. */
const shortened = (id: string) => Buffer.from(id).subarray(0, 90).toString();
