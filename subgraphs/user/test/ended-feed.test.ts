import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  ENDED_SESSIONS_BODY,
  ENDED_SESSIONS_PATH,
  IDENTITY_HEADER,
  readEndedSessions,
  signIdentity,
  type EndedSessionsLine,
  type Identity,
} from '@stampede/shared/identity';
import { openDatabase } from '@stampede/shared/database';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { asUser, IDENTITY_SECRET, openUser, type UserUnderTest } from './open-user.js';
import { openRecentlyEnded } from '../src/session/ended/recently-ended.js';

const GATEWAY: Identity = { kind: 'service', service: 'gateway' };
const log = openLog('user', 'silent');

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

function ask(
  signal: AbortSignal,
  identity = GATEWAY,
  body = ENDED_SESSIONS_BODY,
  { url } = user,
): Promise<Response> {
  const signed = signIdentity(IDENTITY_SECRET, { audience: 'user', identity, requestId: 'test' }, body);
  return fetch(`${url}${ENDED_SESSIONS_PATH}`, { headers: { [IDENTITY_HEADER]: signed }, signal });
}

/** Listens as a gateway does. */
async function listen(to = user) {
  const leaving = new AbortController();
  const response = await eventually(async () => {
    const answer = await ask(leaving.signal, GATEWAY, ENDED_SESSIONS_BODY, to);
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
    return answer;
  });
  const lines: EndedSessionsLine[] = [];
  const reading = (async () => {
    let rest = '';
    for await (const text of (response.body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream(),
    )) {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.map(readEndedSessions));
    }
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return {
    lines,
    ended: reading,
    heard: () => lines.flatMap(({ ended }) => ended),
    hears: (id: string, withinMs = 1_000) =>
      eventually(() => {
        if (!lines.some(({ ended }) => ended.includes(id))) throw new Error(`${id} was not told`);
      }, withinMs),
    [Symbol.asyncDispose]: async () => {
      leaving.abort();
      await reading;
    },
  };
}

/** A session whose end nobody in this process was told of. */
async function endElsewhere(endedAt: string): Promise<string> {
  const { sessionId } = await user.account();
  await user.test.database.run(`UPDATE session SET ended_at = ${endedAt} WHERE id = $1`, [sessionId]);
  return sessionId;
}

test('tells first of the sessions that ended in the last 15 minutes, and of no older ones', async () => {
  const recent = await endElsewhere(`now() - interval '15 minutes'`);
  const old = await endElsewhere(`now() - interval '19 minutes'`);
  await using fresh = openEnded();
  await eventually(() => expect(fresh.ended.ageMs()).toBeDefined());
  expect(fresh.ended.ids()).toContain(recent);
  expect(fresh.ended.ids()).not.toContain(old);
});

test('tells who comes late what has been told, whole, and each once', async () => {
  const { sessionId } = await user.account();
  const first = await endElsewhere('now()');
  await using early = await listen();
  await early.hears(first);
  await user.ask('mutation { signOut }', {}, asUser({ ...(await user.account()), sessionId }));
  await using late = await listen();
  await late.hears(first);
  const whole = late.lines.findIndex((line) => line.whole);
  expect(late.lines.slice(0, whole).flatMap(({ ended }) => ended)).toContain(first);
  await eventually(() => expect(late.lines.length).toBeGreaterThan(whole + 5));
  expect(late.heard().filter((id) => id === first)).toEqual([first]);
  expect(early.heard().filter((id) => id === first)).toEqual([first]);
});

test('tells of a session that is ended here', async () => {
  await using gateway = await listen();
  await using reader = openEnded(60_000);
  await eventually(() => expect(reader.ended.ageMs()).toBeDefined());
  const account = await user.account();
  await user.ask('mutation { signOut }', {}, asUser(account));
  await gateway.hears(account.sessionId);
  // It is told, and not read.
  expect(reader.ended.ids()).toContain(account.sessionId);
});

test('tells of a session that another replica has ended', async () => {
  await using gateway = await listen();
  await gateway.hears(await endElsewhere('now()'));
});

test('tells of an end that is committed long after it was decided, and not before', async () => {
  const [late, undone] = [await user.account(), await user.account()];
  await using gateway = await listen();
  const end = (id: string) =>
    [`UPDATE session SET ended_at = now() - interval '2 minutes' WHERE id = $1`, [id]] as const;
  const failed = user.test.database.transaction('test', async (tx) => {
    await tx.run(...end(undone.sessionId));
    throw new Error('undone');
  });
  await expect(failed).rejects.toThrow('undone');
  await user.test.database.transaction('test', async (tx) => {
    await tx.run(...end(late.sessionId));
    const marker = await endElsewhere('now()');
    await gateway.hears(marker);
    expect(gateway.heard()).not.toContain(late.sessionId);
  });
  await gateway.hears(late.sessionId);
  expect(gateway.heard()).not.toContain(undone.sessionId);
});

test('gives a sign of life several times a second, which says how fresh it is', async () => {
  await using gateway = await listen();
  const before = gateway.lines.length;
  await eventually(() => expect(gateway.lines.length).toBeGreaterThan(before + 2), 1_000);
  expect(gateway.lines.every(({ ageMs }) => ageMs < 5_000)).toBe(true);
});

test('knows how long it has not read the database, and reads all that it has missed', async () => {
  await using fresh = openEnded();
  await eventually(() => expect(fresh.ended.ageMs()).toBeDefined());
  fresh.away(true);
  await eventually(() => expect(fresh.ended.ageMs()).toBeGreaterThan(1_000));
  const missed = await endElsewhere('now()');
  fresh.away(false);
  await eventually(() => expect(fresh.ended.ids()).toContain(missed), 2_000);
  expect(fresh.ended.ageMs()).toBeLessThan(1_000);
  expect(fresh.backSeconds()).toBeGreaterThan(151);
});

test('lets gateways go when it stops', async () => {
  const stopping = await openUser();
  await using gateway = await listen(stopping);
  await stopping[Symbol.asyncDispose]();
  await gateway.ended;
  expect(gateway.lines.length).toBeGreaterThan(0);
});

test.each<[string, Identity, string]>([
  ['another service', { kind: 'service', service: 'order' }, ENDED_SESSIONS_BODY],
  ['a person', { kind: 'user', userId: 'u', role: 'OPERATOR', sessionId: 's' }, ENDED_SESSIONS_BODY],
  ['a gateway that has signed something else', GATEWAY, ''],
])('tells nothing to %s', async (_, identity, body) => {
  const answer = await ask(AbortSignal.timeout(5_000), identity, body);
  expect(answer.status).toBe(401);
  expect(await answer.text()).not.toContain('ended');
});

test('tells nothing to who signs nothing', async () => {
  expect((await fetch(`${user.url}${ENDED_SESSIONS_PATH}`)).status).toBe(401);
});

/** Another replica's reading, of a database that can be taken away from it. */
function openEnded(everyMs = 250) {
  const database = openDatabase({ url: user.test.url, schema: 'user', log, maxConnections: 1 });
  let isAway = false;
  let back: unknown[] = [];
  const query: typeof database.query = (text, values = []) => {
    if (isAway) return Promise.reject(new Error('Connection terminated'));
    back.push(values[0]);
    return database.query(text, values);
  };
  const ended = openRecentlyEnded({ database: { ...database, query }, log, everyMs });
  return {
    ended,
    /** How far back it has read at most since the database was taken away. */
    backSeconds: () => Math.max(...back.map(Number)),
    away: (away: boolean) => {
      isAway = away;
      if (away) back = [];
    },
    [Symbol.asyncDispose]: async () => {
      await ended.close();
      await database.close();
    },
  };
}
