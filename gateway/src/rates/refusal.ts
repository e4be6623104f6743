import type { GraphQLError } from 'graphql';

const STATUS: Record<string, number> = { RATE_LIMITED: 429, SERVICE_UNAVAILABLE: 503 };

/** The HTTP status of what is refused before it is looked at: 429, 503, or 400 where waiting would not help. */
export const refusalStatus = ({ extensions: { code } }: GraphQLError): number => STATUS[String(code)] ?? 400;

/** When to come again, in whole seconds (RFC 9110, section 10.2.3). */
export const retryAfter = (ms: number): string => String(Math.max(1, Math.ceil(ms / 1_000)));

/** The headers of such a refusal. */
export function refusalHeaders({ extensions: { retryAfterMs } }: GraphQLError): Record<string, string> {
  return typeof retryAfterMs === 'number' ? { 'retry-after': retryAfter(retryAfterMs) } : {};
}
