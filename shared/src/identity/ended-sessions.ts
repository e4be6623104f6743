import { z } from 'zod';

/** Where the user service tells gateways which sessions have ended: lines of JSON, for as long as they listen. */
export const ENDED_SESSIONS_PATH = '/sessions/ended';

/** What is signed of a request for them, which has no body. */
export const ENDED_SESSIONS_BODY = 'ended-sessions';

/**
 * Milliseconds for which a session that has ended matters: its access tokens live for 15 minutes, and one may have
 * been signed just before, by a clock that is not the gateway's.
 */
export const ENDED_MATTERS_MS = 16 * 60_000;

const line = z.object({
  /** Ids of sessions that the gateway may not have heard of. */
  ended: z.array(z.string()),
  /** Whether, with this line, it has been told of all that matter; false for the first parts of many. */
  whole: z.boolean(),
  /** Milliseconds since the database was last read to find them. */
  ageMs: z.number().min(0),
});

export type EndedSessionsLine = z.infer<typeof line>;

export const writeEndedSessions = (told: EndedSessionsLine): string => `${JSON.stringify(told)}\n`;

/** @throws SyntaxError, ZodError */
export const readEndedSessions = (text: string): EndedSessionsLine => line.parse(JSON.parse(text));

/**
 * Remembers ids for a while after they were first added. Nothing of it takes longer the more there are, except for
 * giving all of them: sales end with ten thousands.
 *
 * @param keepMs milliseconds.
 * @param now milliseconds of a clock that is never set back.
 */
export function openRecentIds(keepMs: number, now: () => number = () => performance.now()) {
  const known = new Set<string>();
  // Beside the set: to walk that one from its front is to pass everything that was deleted there.
  let inOrder: { id: string; at: number }[] = [];
  let first = 0;

  function forgetOld(): void {
    const oldest = now() - keepMs;
    for (let next = inOrder[first]; next && next.at < oldest; next = inOrder[first]) {
      known.delete(next.id);
      first += 1;
    }
    if (first * 2 <= inOrder.length) return;
    inOrder = inOrder.slice(first);
    first = 0;
  }

  return {
    /** @returns whether it is a new one. */
    add: (id: string): boolean => {
      if (known.has(id)) return false;
      forgetOld();
      known.add(id);
      inOrder.push({ id, at: now() });
      return true;
    },
    has: (id: string): boolean => known.has(id),
    ids: (): string[] => {
      forgetOld();
      return [...known];
    },
    size: (): number => {
      forgetOld();
      return known.size;
    },
  };
}
