import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame, CLOSE, frameReader, PING, PONG, TEXT } from './frames.js';
import { readMessage } from './read-message.js';

/** What is sent by every viewer, made once. */
export interface Greeting {
  host: string;
  port: number;
  upgrade: Buffer;
  initialise: Buffer;
  subscribe: Buffer;
}

export interface ViewerEvents {
  /** The units that a frame shows as available. */
  onValue(available: number): void;
  /** The connection is of no use any more. It is told once, and not of a viewer that was cut off. */
  onProblem(reason: string): void;
}

export interface Viewer {
  /** Ends the connection without a word, as a lost network does. */
  cut(): void;
}

/** @param query a subscription whose every answer holds `available` once */
export function greet(url: URL, query: string): Greeting {
  const upgrade = [
    `GET ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    'upgrade: websocket',
    'connection: Upgrade',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
    'sec-websocket-protocol: graphql-transport-ws',
  ];
  const message = (value: object) => clientFrame(TEXT, Buffer.from(JSON.stringify(value)));
  return {
    host: url.hostname,
    port: Number(url.port),
    upgrade: Buffer.from(`${upgrade.join('\r\n')}\r\n\r\n`),
    initialise: message({ type: 'connection_init' }),
    subscribe: message({ id: '1', type: 'subscribe', payload: { query } }),
  };
}

/**
 * One buffer for all viewers of the process: a read is over, and what came is handled, before the next one begins.
 * A buffer each would be more memory than the gateway has for them.
 */
const onreadBuffer = Buffer.allocUnsafeSlow(64 * 1024);
const HEAD_END = '\r\n\r\n';

/** Connects, subscribes, and tells of each frame as it comes. */
export function openViewer(greeting: Greeting, { onValue, onProblem }: ViewerEvents): Viewer {
  let ended = false;
  let head: string | undefined = '';
  const read = frameReader(onFrame);
  const socket: Socket = connect({
    host: greeting.host,
    port: greeting.port,
    noDelay: true,
    onread: {
      buffer: onreadBuffer,
      callback: (count, buffer) => {
        take((buffer as Buffer).subarray(0, count));
        return true;
      },
    },
  });
  socket.on('connect', () => socket.write(greeting.upgrade));
  socket.on('error', (error) => end(error.message));
  socket.on('close', () => end('the connection was closed'));

  function take(chunk: Buffer): void {
    if (ended) return;
    try {
      const frames = head === undefined ? chunk : readHead(chunk);
      if (frames && frames.length > 0) read(frames);
    } catch (error) {
      end((error as Error).message);
    }
  }

  /** @returns what came after the answer to the upgrade, once that is whole */
  function readHead(chunk: Buffer): Buffer | undefined {
    head += chunk.toString('latin1');
    const at = head!.indexOf(HEAD_END);
    if (at < 0) return undefined;
    if (!head!.startsWith('HTTP/1.1 101 ')) throw new Error(head!.slice(0, 100));
    const rest = Buffer.from(head!.slice(at + HEAD_END.length), 'latin1');
    head = undefined;
    socket.write(greeting.initialise);
    return rest;
  }

  function onFrame(opcode: number, payload: Buffer): void {
    if (opcode === TEXT) onText(payload);
    else if (opcode === PING) socket.write(clientFrame(PONG, Buffer.from(payload)));
    else if (opcode === CLOSE) throw new Error(`closed with ${payload.readUInt16BE(0)}`);
  }

  function onText(payload: Buffer): void {
    const message = readMessage(payload);
    if (typeof message === 'number') onValue(message);
    else if (message === 'acknowledged') socket.write(greeting.subscribe);
    else throw new Error(message.problem);
  }

  function end(reason: string): void {
    if (ended) return;
    ended = true;
    socket.destroy();
    onProblem(reason);
  }

  return {
    cut: () => {
      ended = true;
      socket.destroy();
    },
  };
}
