import { serviceUnavailable } from '@stampede/shared/errors';
import type { Overloaded } from '@stampede/shared/admission';
import type { ServerResponse } from 'node:http';
import { retryAfter } from '../rates/refusal.js';

const [BEFORE = '', AFTER = ''] = JSON.stringify({ errors: [serviceUnavailable(0)] }).split(
  '"retryAfterMs":0',
);
const TOGETHER_MS = 10;

/** Refuses what has not been looked at. @returns when that has been written */
export type RefuseOverloaded = (response: ServerResponse, why: Overloaded) => Promise<void>;

/**
 * For each request that is answered under overload several are refused: whatever this costs is taken from those. So
 * even the error is not made anew, and refusals are written many at a time: a write that wakes who reads it
 * (a proxy on this machine) costs as much as all else that a refusal costs, and in a row only the first does.
 */
export function openRefuseOverloaded(): RefuseOverloaded {
  let batch: { refused: [ServerResponse, Overloaded][]; written: Promise<void> } | undefined;

  function openBatch() {
    const refused: [ServerResponse, Overloaded][] = [];
    const written = new Promise<void>((resolve) => {
      setTimeout(() => {
        batch = undefined;
        for (const [response, why] of refused) write(response, why);
        resolve();
      }, TOGETHER_MS);
    });
    return { refused, written };
  }

  return (response, why) => {
    batch ??= openBatch();
    batch.refused.push([response, why]);
    return batch.written;
  };
}

function write(response: ServerResponse, { retryAfterMs }: Overloaded): void {
  if (response.destroyed) return;
  const text = `${BEFORE}"retryAfterMs":${retryAfterMs}${AFTER}`;
  response.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': text.length,
    'retry-after': retryAfter(retryAfterMs),
  });
  response.end(text);
}
