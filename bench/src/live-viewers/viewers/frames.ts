import { randomBytes } from 'node:crypto';

// RFC 6455, as far as a viewer needs it.

export const TEXT = 0x1;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** What came is not a frame that this client understands. */
export class NotUnderstood extends Error {}

/** A client's frame, masked. @param payload at most 65,535 bytes */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const length = payload.length;
  const head =
    length < 126
      ? Buffer.of(0x80 | opcode, 0x80 | length)
      : Buffer.of(0x80 | opcode, 0xfe, length >> 8, length & 0xff);
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([head, mask, masked]);
}

/**
 * Reads a server's frames. Messages in several frames are not understood: the gateway divides large ones only.
 *
 * @param onFrame is given each frame as it is whole. Its payload is part of what came, and is overwritten by the next read.
 * @returns takes what has come. Throws NotUnderstood.
 */
export function frameReader(onFrame: (opcode: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer | undefined;
  return (chunk) => {
    const text = pending ? Buffer.concat([pending, chunk]) : chunk;
    let from = 0;
    for (let end = endOf(text, from); end !== undefined; end = endOf(text, from)) {
      const { start, stop } = end;
      const opcode = text[from]! & 0x0f;
      from = stop;
      onFrame(opcode, text.subarray(start, stop));
    }
    // The chunk is a buffer that the next read of any viewer overwrites.
    pending = from === text.length ? undefined : Buffer.from(text.subarray(from));
  };
}

/** Where the payload of the frame at `from` is; undefined as long as it is not whole. */
function endOf(text: Buffer, from: number): { start: number; stop: number } | undefined {
  if (text.length < from + 2) return undefined;
  const [first, second] = [text[from]!, text[from + 1]!];
  if ((first & 0x80) === 0 || (first & 0x0f) === 0) throw new NotUnderstood('a message in several frames');
  if ((second & 0x80) !== 0 || second === 127) throw new NotUnderstood('a masked or a huge frame');
  const start = from + (second === 126 ? 4 : 2);
  if (text.length < start) return undefined;
  const stop = start + (second === 126 ? text.readUInt16BE(from + 2) : second);
  return text.length < stop ? undefined : { start, stop };
}
