import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { badInput } from '../errors/index.js';
import type { Log, Metrics } from '../telemetry/index.js';
import { answerBadRequest } from './bad-request.js';
import { openConnectionFigures } from './connection-figures.js';
import { openDoors } from './doors.js';
import { openDrainingServer } from './draining-server.js';
import { BodyEncoded, BodyTooLarge } from './read-body.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { respond } from './respond.js';
import { cutUntaken, LOOK_EVERY_MS, setTimeouts, USUAL_TIMEOUTS, type Timeouts } from './timeouts.js';

export type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

/** Takes over a connection whose client asks for another protocol (RFC 9110, section 7.8), and closes it in the end. */
export type UpgradeRoute = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpListener {
  port: number;
  /** Of its routes. */
  paths: string[];
  /** Goes on, and tells each client to send its next request over another connection: it may reach another replica. */
  drain(): void;
  /** Stops accepting, lets requests in flight finish for `graceMs` at most, then closes what is left. */
  close(graceMs?: number): Promise<void>;
}

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** By path; every method of a path goes to the same route. */
  routes: Record<string, Route>;
  /** By path: who speaks WebSocket there. Elsewhere the connection is ended. */
  upgrades?: Record<string, UpgradeRoute>;
  /** Answers what no path matches; 404 without it. */
  fallback?: Route;
  /** Of every answer whose route does not say otherwise, those to what is no HTTP among them. */
  headers?: Readonly<Record<string, string>>;
  /** Others than `USUAL_TIMEOUTS`. */
  timeouts?: Partial<Timeouts>;
  /** Connections at a time; one more is closed without a word, which costs nothing. As many as there are files unless set. */
  connectionLimit?: number;
  /** Sockets that listen: more take more new connections per turn of the event loop. One unless set. */
  doors?: number;
  log: Log;
  /** Has the figures of its connections. */
  metrics?: Metrics;
}

/** Opens an HTTP/1.1 server over a table of routes. A route that throws is logged and answered 500, 413 or 415. */
export async function listen(options: ListenOptions): Promise<HttpListener> {
  const {
    host,
    port,
    routes,
    upgrades = {},
    fallback,
    headers = {},
    connectionLimit = Infinity,
    log,
  } = options;
  const timeouts = { ...USUAL_TIMEOUTS, ...options.timeouts };
  const timed = { connectionsCheckingInterval: LOOK_EVERY_MS };
  const always = Object.entries(headers);
  const { server, connections, drain, close } = openDrainingServer(
    { shouldUpgradeCallback, ...timed },
    (request, response) => {
      for (const [name, value] of always) response.setHeader(name, value);
      handle(request, response).catch((error: unknown) => answerFailure(error, response, log));
    },
    { connectionLimit, onClosed: (why) => closed(why) },
  );
  const closed = openConnectionFigures(connections, log, options.metrics);
  /** An offer of another protocol (Java's and curl's of HTTP/2, say) may be ignored (RFC 9110, section 7.8). */
  function shouldUpgradeCallback(request: IncomingMessage): boolean {
    return request.headers.upgrade?.toLowerCase() === 'websocket' && urlOf(request).pathname in upgrades;
  }
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(request);
    const route = routes[url.pathname] ?? fallback;
    if (!route) respond(response, 404, 'Not found.\n');
    else await route(request, response, url);
    cutUntaken(response, timeouts.answerMs);
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    answerBadRequest(error.code, socket, headers),
  );
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of always) response.setHeader(name, value);
    respond(response, 417, 'Nothing but 100-continue may be expected.\n', { connection: 'close' });
  });
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) =>
      log.debug({ err: error }, 'a client went away while it was switching protocols'),
    );
    const upgrade = upgrades[urlOf(request).pathname];
    if (upgrade) upgrade(request, socket, head);
    else refuseUpgrade(socket, '400 Bad Request');
  });
  setTimeouts(server, timeouts);
  const doors = await openDoors(server, { host, port, doors: options.doors ?? 1 });
  return {
    port: (server.address() as AddressInfo).port,
    paths: Object.keys(routes),
    drain,
    close: (graceMs = 10_000) => close(doors, graceMs),
  };
}

const urlOf = ({ url }: IncomingMessage) => new URL(`http://host${url?.startsWith('/') ? url : '/'}`);

function answerFailure(error: unknown, response: ServerResponse, log: Log): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // What is refused is not read to its end: the connection ends with the answer.
  if (error instanceof BodyTooLarge) {
    const { message } = error;
    const errors = [{ message, extensions: { code: 'PAYLOAD_TOO_LARGE' } }];
    respond(response, 413, { errors }, { connection: 'close' });
    return;
  }
  if (error instanceof BodyEncoded) {
    respond(response, 415, { errors: [badInput(error.problem)] }, { connection: 'close' });
    return;
  }
  log.error({ err: error }, 'a request failed unexpectedly');
  respond(response, 500, {
    errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL' } }],
  });
}
