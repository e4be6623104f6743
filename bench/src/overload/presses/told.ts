import type { NoAnswer } from '../../load/connection.js';
import type { HttpAnswer } from '../../load/read-answer.js';

/** A product that is asked for, and what is true of it as long as the benchmark runs. */
export interface Pressed {
  id: string;
  /** Undefined where it may be so or not. */
  soldOut?: boolean;
}

/** To come again later, and when. */
export const REFUSED = 'refused';
/** Some value that is no union's. */
export const TOLD = 'told';

export interface Told {
  /** A type of the API's answer, `REFUSED`, `TOLD`, or what was wrong with it, by how it begins. */
  outcome: string;
  /** Of the order. */
  id?: string;
}

interface Body {
  data?: Record<string, { __typename?: string; id?: string; productId?: string } | null> | null;
  errors?: { extensions?: { code?: string; retryAfterMs?: unknown } }[];
}

/** What somebody was told who pressed for a product. An answer that is not true of it is none of the API's types. */
export function readTold(answer: HttpAnswer | NoAnswer, { id: asked, soldOut }: Pressed): Told {
  if ('reason' in answer) return { outcome: answer.reason };
  const { status, body } = answer;
  const { data, errors } = parse(body);
  const refusal = errors?.[0]?.extensions;
  if (refusal) return { outcome: isRefusal(refusal) ? REFUSED : beginningOf(status, body) };
  const [value] = Object.values(data ?? {});
  if (status !== 200 || !value) return { outcome: beginningOf(status, body) };
  const { __typename: type = TOLD, id, productId } = value;
  if (
    (type === 'Order' && soldOut === true) ||
    (type === 'SoldOut' && (soldOut === false || productId !== asked))
  )
    return { outcome: `not true: ${beginningOf(status, body)}` };
  return { outcome: type, ...(type === 'Order' && id !== undefined && { id }) };
}

const isRefusal = ({ code, retryAfterMs }: { code?: string; retryAfterMs?: unknown }) =>
  code === 'SERVICE_UNAVAILABLE' && typeof retryAfterMs === 'number' && retryAfterMs > 0;

const beginningOf = (status: number, body: string) => `${status}: ${body.slice(0, 160)}`;

function parse(body: string): Body {
  try {
    return JSON.parse(body) as Body;
  } catch {
    // Told as it is, by how it begins.
    return {};
  }
}
