import { z } from 'zod';

/** What every operation that takes a key asks of it. */
export const idempotencyKey = z.string().regex(/^[A-Za-z0-9._-]{8,64}$/, 'has 8 to 64 of A-Z a-z 0-9 . _ -.');
