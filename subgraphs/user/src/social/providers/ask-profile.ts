import type { z } from 'zod';

/** Asks a provider's API who an access token is of. @throws Error with a code that may be logged. */
export async function askProfile<T>(
  url: string,
  accessToken: string,
  schema: z.ZodType<T>,
  timeoutMs: number,
): Promise<T> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw coded(`PROFILE_HTTP_${response.status}`);
  }
  const parsed = schema.safeParse(JSON.parse(await response.text(), longNumbersAsTexts));
  if (!parsed.success) throw coded('PROFILE_NOT_UNDERSTOOD');
  return parsed.data;
}

/** Kakao's ids are 64 bits wide: as a number, two people could be one. */
const longNumbersAsTexts = (_: string, value: unknown, written?: { source?: string }): unknown =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? written?.source : value;

/** An error that is known by its code. */
export const coded = (code: string): Error => Object.assign(new Error(code), { code });
