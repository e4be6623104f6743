import { GraphQLError } from 'graphql';
import { CloseCode, type makeServer } from 'graphql-ws';
import { WebSocket, type WebSocketServer } from 'ws';
import { serviceUnavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';

type ProtocolSocket = Parameters<ReturnType<typeof makeServer>['opened']>[0];

/**
 * Bytes of one message. One socket carries everybody's subscriptions: the peer would close it over a message that it
 * does not take, and with it what everybody watches.
 */
export const LONGEST_MESSAGE = 1024 * 1024;

/**
 * While so many bytes are unread, no large value is sent: a hundred subscriptions with one each would have the socket
 * cut, which is everybody's. Theirs end, and may come again.
 */
const ROOM_FOR_LARGE = 16 * 1024 * 1024;
const LARGE = 16 * 1024;

/** Bytes for a peer that it has not read: one value of thousands of subscriptions fits in. */
const MOST_UNREAD = 64 * 1024 * 1024;

const SERVICE_RESTART = 1012;
const LEAVE_WITHIN_MS = 1_000;

/**
 * A socket as graphql-ws drives it. `send` waits until the system has taken the message: the next value of the
 * same subscription is only asked for then, so a peer that reads slowly is sent fewer values, never older ones. A
 * value that is too long, or that there is no room for, is not sent: graphql-ws ends its subscription by the error
 * that is thrown.
 */
export const overSocket = (socket: WebSocket, log: Log): ProtocolSocket => ({
  protocol: socket.protocol,
  send: (message) => {
    const frame = Buffer.from(message);
    if (frame.length > LONGEST_MESSAGE) throw tooLarge();
    if (frame.length > LARGE && socket.bufferedAmount > ROOM_FOR_LARGE) throw serviceUnavailable();
    if (socket.bufferedAmount > MOST_UNREAD) {
      log.warn('cut a socket that does not read');
      socket.terminate();
    }
    return new Promise((resolve) => {
      // A peer that has gone needs nothing any more; its streams are ended by the socket's end.
      socket.send(frame, { binary: false }, () => resolve());
    });
  },
  close: (code, reason) => socket.close(code, reason),
  onMessage: (handle) => {
    socket.on('message', (data: Buffer) => {
      handle(data.toString()).catch((error: unknown) => {
        log.error({ err: error }, 'a message of a socket failed');
        socket.close(CloseCode.InternalServerError, 'Internal server error');
      });
    });
  },
});

const tooLarge = () =>
  new GraphQLError(`The subscription's value has more than ${LONGEST_MESSAGE} bytes. Ask for less.`, {
    extensions: { code: 'PAYLOAD_TOO_LARGE' },
  });

/** Sends every peer away, to another replica, and cuts those who do not go. */
export async function closeAll(server: WebSocketServer): Promise<void> {
  const gone = [...server.clients].map((socket) => {
    socket.close(SERVICE_RESTART, 'Service restart');
    return new Promise<void>((resolve) => {
      if (socket.readyState === WebSocket.CLOSED) resolve();
      else socket.once('close', () => resolve());
    });
  });
  const timer = setTimeout(() => server.clients.forEach((socket) => socket.terminate()), LEAVE_WITHIN_MS);
  await Promise.all(gone);
  clearTimeout(timer);
  server.close();
}
