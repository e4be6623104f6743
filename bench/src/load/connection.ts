import { connect, type Socket } from 'node:net';
import { answerReader, type HttpAnswer } from './read-answer.js';

/** Why a request has no answer. */
export interface NoAnswer {
  reason: string;
}

/** A kept connection that has one request in flight at a time, as a browser's. */
export interface Connection {
  /** Sends a whole request. `onAnswer` is called once: with its answer, or with why there is none. */
  send(request: Uint8Array, onAnswer: (answer: HttpAnswer | NoAnswer) => void): void;
  /** Gives up the request in flight. */
  abort(reason: string): void;
  close(): void;
}

/** Most answers are shorter; a longer one takes another read. */
const READ_BYTES = 4_096;

/**
 * Connects when the first request is sent, and again after the connection was lost.
 * @param localAddress of this machine, for who is to be another client to the server
 */
export function openConnection(host: string, port: number, localAddress?: string): Connection {
  let socket: Socket | undefined;
  let waiting: ((answer: HttpAnswer | NoAnswer) => void) | undefined;

  function settle(answer: HttpAnswer | NoAnswer): void {
    const tell = waiting;
    waiting = undefined;
    tell?.(answer);
  }

  function drop(lost: Socket, reason: string): void {
    lost.destroy();
    // A connection that was replaced has nothing to say any more.
    if (socket !== lost) return;
    socket = undefined;
    settle({ reason });
  }

  function open(): Socket {
    const read = answerReader();
    // One buffer per connection, and no stream machinery: the generator shares the machine with what it measures.
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (count: number, buffer: Uint8Array) => {
        onChunk(buffer.subarray(0, count) as Buffer);
        return true;
      },
    };
    const opened = connect({
      host,
      port,
      noDelay: true,
      onread,
      ...(localAddress !== undefined && { localAddress }),
    });
    function onChunk(chunk: Buffer): void {
      try {
        const answer = read(chunk);
        if (!answer) return;
        if (answer.closes) {
          socket = undefined;
          opened.destroy();
        }
        settle(answer);
      } catch (error) {
        drop(opened, (error as Error).message);
      }
    }
    opened.on('error', (error) => drop(opened, error.message));
    opened.on('close', () => drop(opened, 'the connection was closed without an answer'));
    return opened;
  }

  return {
    send(request, onAnswer) {
      if (waiting) throw new Error('a request is in flight already');
      waiting = onAnswer;
      socket ??= open();
      socket.write(request);
    },
    abort: (reason) => socket && drop(socket, reason),
    close: () => socket?.destroy(),
  };
}
