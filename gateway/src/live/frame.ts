/** One message to a client, in the parts that it is written in. */
export type Frame = readonly Buffer[];

/** Bytes of a payload from which on a copy for each viewer costs more than two more writes. */
const LARGE = 16 * 1024;

/** Bytes for one client that lie unwritten, beyond which it is cut off: it reads too little of what it asks for. */
export const MOST_UNREAD = 8 * 1024 * 1024;

/** Puts a payload between two texts. A large one is not copied: ten thousand viewers may be sent the same. */
export const around = (before: Buffer, payload: Buffer, after: Buffer): Frame =>
  payload.length < LARGE ? [Buffer.concat([before, payload, after])] : [before, payload, after];
