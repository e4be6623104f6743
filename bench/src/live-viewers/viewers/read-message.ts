/** What a message of `graphql-transport-ws` is to a viewer: the units that are available, or one of the others. */
export type ViewerMessage = number | 'acknowledged' | { problem: string };

const AVAILABLE = Buffer.from('"available":');
const ACK = Buffer.from('"connection_ack"');

/** Looks for the one number that tells which change is shown; parsing ten thousand answers whole would cost more. */
export function readMessage(message: Buffer): ViewerMessage {
  const at = message.indexOf(AVAILABLE);
  if (at >= 0) return digitsAt(message, at + AVAILABLE.length);
  if (message.includes(ACK)) return 'acknowledged';
  return { problem: message.toString('utf8', 0, 300) };
}

function digitsAt(text: Buffer, from: number): number {
  let value = 0;
  for (let index = from; text[index]! >= 0x30 && text[index]! <= 0x39; index++) {
    value = value * 10 + text[index]! - 0x30;
  }
  return value;
}
