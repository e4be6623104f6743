import { serviceUnavailable } from '@stampede/shared/errors';
import type { Overloaded } from '@stampede/shared/admission';
import type { ServerResponse } from 'node:http';
import { retryAfter } from '../rates/refusal.js';

const [BEFORE = '', AFTER = ''] = JSON.stringify({ errors: [serviceUnavailable(0)] }).split(
  '"retryAfterMs":0',
);

/**
 * Refuses what has not been looked at. For each request that is answered under overload several are refused: whatever
 * this costs is taken from those, so that even the error is not made anew.
 */
export function refuseOverloaded(response: ServerResponse, { retryAfterMs }: Overloaded): void {
  const text = `${BEFORE}"retryAfterMs":${retryAfterMs}${AFTER}`;
  response.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': text.length,
    'retry-after': retryAfter(retryAfterMs),
  });
  response.end(text);
}
