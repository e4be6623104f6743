/**
 * SQL: how long something that failed waits for its next try, by the column that counts them: 1 s, doubled up to
 * 16 s. A lease that a crash leaves behind comes on top, and money has to be settled within 60 s. The exponent is
 * bounded, not the result: `power` fails beyond 2^1023, and with it the whole batch, for good.
 */
export const backOff = (tries: 'looks' | 'tries') => `power(2, least(${tries}, 4)) * interval '1 second'`;

/**
 * Of both loops. A provider may take longer to answer than a process has to stop: what is in hand by then is found
 * again when its lease runs out.
 */
export const PACE = { pauseMs: 250, closeWithinMs: 3_000 };
