import type { LoadAnswer } from '../load/load.js';

/** What a buyer was told: a type of the API's answer, the code of an error, or that nothing came. */
export interface Decision {
  outcome: string;
  orderId?: string;
  productId?: string;
  available?: number;
  answer: LoadAnswer;
}

export const NO_ANSWER = 'no answer';
const NOT_UNDERSTOOD = 'not understood';

interface Body {
  data?: {
    checkout?: { __typename?: string; id?: string; productId?: string; available?: number } | null;
  } | null;
  errors?: { extensions?: { code?: string } }[];
}

export function readDecision(answer: LoadAnswer): Decision {
  if (answer.status === 0) return { outcome: NO_ANSWER, answer };
  const body = parse(answer.body);
  if (!body) return { outcome: NOT_UNDERSTOOD, answer };
  const code = body.errors?.[0]?.extensions?.code;
  const checkout = body.data?.checkout;
  if (code !== undefined) return { outcome: code, answer };
  if (answer.status !== 200 || checkout?.__typename === undefined) return { outcome: NOT_UNDERSTOOD, answer };
  const { __typename: outcome, id, productId, available } = checkout;
  return {
    outcome,
    ...(id !== undefined && { orderId: id }),
    ...(productId !== undefined && { productId }),
    ...(available !== undefined && { available }),
    answer,
  };
}

function parse(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    // A proxy's page, a half-sent text: told as an outcome of its own.
    return undefined;
  }
}
