import { expect, test } from '@jest/globals';
import {
  clientFrame,
  CLOSE,
  frameReader,
  NotUnderstood,
  PING,
  TEXT,
} from '../src/live-viewers/viewers/frames.js';
import { readMessage } from '../src/live-viewers/viewers/read-message.js';

/** A server's frame, which is not masked. */
function serverFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.of(0x80 | opcode, payload.length)
      : Buffer.of(0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff);
  return Buffer.concat([head, payload]);
}

const sent = [
  serverFrame(TEXT, 'short'),
  serverFrame(PING, ''),
  serverFrame(TEXT, 'x'.repeat(126)),
  serverFrame(TEXT, '한정판'.repeat(1_000)),
  serverFrame(CLOSE, '\u0003'),
];
const told = [
  [TEXT, 'short'],
  [PING, ''],
  [TEXT, 'x'.repeat(126)],
  [TEXT, '한정판'.repeat(1_000)],
  [CLOSE, '\u0003'],
];

/** Reads what comes in such pieces, over a buffer that each piece is written into anew. */
function readIn(pieces: Buffer[]) {
  const frames: [number, string][] = [];
  const read = frameReader((opcode, payload) => frames.push([opcode, payload.toString()]));
  const buffer = Buffer.alloc(64 * 1_024);
  for (const piece of pieces) {
    piece.copy(buffer.fill(0));
    read(buffer.subarray(0, piece.length));
  }
  return frames;
}

test('several frames may come at once, or byte by byte', () => {
  const all = Buffer.concat(sent);
  expect(readIn([all])).toEqual(told);
  expect(readIn([...all].map((byte) => Buffer.of(byte)))).toEqual(told);
});

test.each([
  ['a part of a message', Buffer.of(0x01, 1, 0x61)],
  ['the rest of a message', Buffer.of(0x80, 1, 0x61)],
  ['a masked frame', clientFrame(TEXT, Buffer.from('a'))],
  ['more than 64 kB', Buffer.of(0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0)],
])('%s is not understood', (_, frame) => {
  expect(() => readIn([frame])).toThrow(NotUnderstood);
});

test.each([
  [
    'the units, wherever they are',
    '{"id":"1","type":"next","payload":{"data":{"a":{"stock":{"available":120,"held":3}}}}}',
    120,
  ],
  ['none left', '{"data":{"stock":{"available":0}}}', 0],
  ['the last thing in it', '{"available":7', 7],
  ['that it may subscribe', '{"type":"connection_ack"}', 'acknowledged'],
])('a message tells %s', (_, text, message) => {
  expect(readMessage(Buffer.from(text))).toBe(message);
});

test('a message that tells none of it is a problem, in its own words', () => {
  const text = '{"id":"1","type":"error","payload":[{"message":"Too many."}]}';
  expect(readMessage(Buffer.from(text))).toEqual({ problem: text });
});
