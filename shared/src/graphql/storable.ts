/**
 * Whether PostgreSQL can keep a text: neither `text` nor `jsonb` takes a NUL, and `jsonb` no half of a surrogate
 * pair. JSON and GraphQL carry both, so a client can send them.
 */
export const isStorable = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);
