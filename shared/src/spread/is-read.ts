/**
 * Whether a request of ours changes nothing, so that it may be sent twice. By the beginning of its body, since that
 * is on every request's way: a plan's step and what services ask each other are one operation, written down with
 * `query` first. What begins otherwise is taken for a change.
 */
export const isRead = (body: string): boolean =>
  body.startsWith('{"query":"query') || body.startsWith('{"query":"{');
