/** An HTTP answer as far as a load generator looks at it. */
export interface HttpAnswer {
  status: number;
  body: string;
  /** Where a redirect leads. */
  location?: string;
  /** Whether the server ends the connection after it. */
  closes: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const LOCATION = /\r\nlocation: *([^\r]+)/i;
const CLOSES = /\r\nconnection: *close/i;

/** What has come is not an HTTP answer that this client understands. */
export class NotUnderstood extends Error {}

/**
 * Reads the answers of one HTTP/1.1 connection that has one request in flight at a time. Only answers with a
 * content-length are understood, which is how the gateway answers; everything else would cost the machine that
 * is being measured.
 *
 * @returns takes what has come, and gives the answer once it is whole. Throws NotUnderstood.
 */
export function answerReader(): (chunk: Buffer) => HttpAnswer | undefined {
  let pending: Buffer | undefined;
  return (chunk) => {
    const whole = pending ? Buffer.concat([pending, chunk]) : chunk;
    const answer = parse(whole);
    // The chunk is the connection's own buffer, which the next read overwrites.
    pending = answer ? undefined : pending ? whole : Buffer.from(chunk);
    return answer;
  };
}

function parse(text: Buffer): HttpAnswer | undefined {
  const end = text.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = text.toString('latin1', 0, end);
  const length = LENGTH.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 ') || length === undefined) {
    throw new NotUnderstood(`an answer without a content-length: ${head.slice(0, 60)}`);
  }
  const from = end + HEAD_END.length;
  const to = from + Number(length);
  if (text.length < to) return undefined;
  if (text.length > to) throw new NotUnderstood('more than one answer to one request');
  const status = Number(head.slice(9, 12));
  const location = status >= 300 && status < 400 ? LOCATION.exec(head)?.[1] : undefined;
  return {
    status,
    ...(location !== undefined && { location }),
    body: text.toString('utf8', from, to),
    closes: CLOSES.test(head),
  };
}
