/** Whether a cursor's key is a serial of ours: a number below 2^53, as PostgreSQL writes it. */
export const isSerialKey = (key: string): boolean =>
  /^[1-9]\d*$/.test(key) && Number.isSafeInteger(Number(key));

/** Above every serial: where a list begins that goes from the newest to the oldest. */
export const END_OF_BOOKS = String(Number.MAX_SAFE_INTEGER);
