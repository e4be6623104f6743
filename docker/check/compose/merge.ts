import type { Value } from '../documents.ts';

/** These are replaced as a whole; other lists are added to (Compose specification, 13-merge). */
const REPLACED = new Set(['command', 'entrypoint', 'test']);

/** What Compose makes of two files: what the second one says is laid over the first. */
export function mergeCompose(first: Value, second: Value, name = ''): Value {
  if (second === undefined) return first;
  if (Array.isArray(first) && Array.isArray(second) && !REPLACED.has(name)) return [...first, ...second];
  if (!isMap(first) || !isMap(second)) return second;
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Object.fromEntries([...names].map((key) => [key, mergeCompose(first[key], second[key], key)]));
}

const isMap = (value: Value): boolean => value !== null && typeof value === 'object' && !Array.isArray(value);
