import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { openLimits } from '../src/limits/limits.js';
import { openUser, PASSWORD, type Data, type UserUnderTest } from './open-user.js';
import { call, client, newEmail, refusal, signIn, signUpInput } from './sign-up.fixture.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser({
    rates: {
      passwordsPerAddress: { times: 12, seconds: 900 },
      mailsPerAddress: { times: 7, seconds: 3_600 },
    },
  });
});
afterAll(() => user[Symbol.asyncDispose]());

const WRONG = 'not the password';
const names = (answers: Data[]) => answers.map(({ __typename }) => __typename);
const times = async (count: number, work: () => Promise<Data>) => {
  const answers: Data[] = [];
  while (answers.length < count) answers.push(await work());
  return answers;
};
let addresses = 0;
const newAddress = () => client({ address: `192.0.2.${(addresses += 1)}` });
const keys = async () => user.redis.keys(`${user.namespace}:limit:*`);

/** When the windows that are counted end, by Redis. */
async function windowEnds(part: string): Promise<number> {
  const ttls = await Promise.all(
    (await keys()).filter((key) => key.includes(part)).map((key) => user.redis.pttl(key)),
  );
  return Date.now() + Math.max(...ttls);
}

test('refuses the right password too after ten wrong ones, until the window ends', async () => {
  const { email } = await user.account();
  expect(new Set(names(await times(10, () => signIn(user, email, WRONG))))).toEqual(
    new Set(['InvalidCredentials']),
  );
  const refused = await signIn(user, email, PASSWORD);
  expect(refused).toMatchObject({ __typename: 'TooManyAttempts', message: expect.stringMatching(/later/) });
  expect(Math.abs(new Date(refused.retryAt).getTime() - (await windowEnds('account')))).toBeLessThan(2_000);
  // A refused attempt does not renew the window.
  for (const key of await keys()) await user.redis.pexpire(key, 100_000);
  for (let count = 0; count < 2; count += 1) {
    const again = await signIn(user, email, PASSWORD);
    expect(new Date(again.retryAt).getTime()).toBeLessThan(Date.now() + 100_500);
  }

  for (const key of await keys()) await user.redis.pexpire(key, 1);
  await eventually(async () => expect(await signIn(user, email, PASSWORD)).toHaveProperty('accessToken'));
});

test('counts an account that is not there as one that is', async () => {
  const email = newEmail();
  const answers = await times(11, () => signIn(user, email, WRONG));
  expect(names(answers)).toEqual([...Array<string>(10).fill('InvalidCredentials'), 'TooManyAttempts']);
});

test('counts a hundred guesses at the same time as a hundred', async () => {
  const { email } = await user.account();
  const answers = await Promise.all(Array.from({ length: 100 }, () => signIn(user, email, WRONG)));
  expect(names(answers).filter((name) => name === 'InvalidCredentials')).toHaveLength(10);
  expect(names(answers).filter((name) => name === 'TooManyAttempts')).toHaveLength(90);
});

test('starts from nothing after a right password', async () => {
  const { email } = await user.account();
  for (let round = 0; round < 2; round += 1) {
    expect(names(await times(9, () => signIn(user, email, WRONG)))).not.toContain('TooManyAttempts');
    expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'AuthSession' });
  }
});

test('counts an account’s wrong passwords however its address is written', async () => {
  const { email } = await user.account();
  await times(10, () => signIn(user, email.toUpperCase(), WRONG));
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'TooManyAttempts' });
});

test('counts the wrong passwords of an address over all accounts, and gives back right ones', async () => {
  const from = newAddress();
  const { email } = await user.account();
  await times(20, () => signIn(user, email, PASSWORD, from));
  expect(names(await times(12, () => signIn(user, newEmail(), WRONG, from)))).not.toContain(
    'TooManyAttempts',
  );
  const refused = await signIn(user, email, PASSWORD, from);
  expect(refused).toMatchObject({ __typename: 'TooManyAttempts' });
  expect(Math.abs(new Date(refused.retryAt).getTime() - (await windowEnds('address')))).toBeLessThan(2_000);
  // The account itself has none against it, from elsewhere.
  await times(15, () => signIn(user, email, PASSWORD, from));
  expect(await signIn(user, email, PASSWORD, newAddress())).toMatchObject({ __typename: 'AuthSession' });
});

test('does not count what is refused for the account’s sake against the address', async () => {
  const from = newAddress();
  const email = newEmail();
  await times(20, () => signIn(user, email, WRONG, from));
  const { email: neighbour } = await user.account();
  expect(await signIn(user, neighbour, PASSWORD, from)).toMatchObject({ __typename: 'AuthSession' });
});

test('lets any number of right passwords in from one address at once, and counts wrong ones at once', async () => {
  const from = newAddress();
  const accounts = await Promise.all(Array.from({ length: 30 }, () => user.account()));
  const right = await Promise.all(accounts.map(({ email }) => signIn(user, email, PASSWORD, from)));
  expect(new Set(names(right))).toEqual(new Set(['AuthSession']));
  await Promise.all(Array.from({ length: 12 }, () => signIn(user, newEmail(), WRONG, from)));
  expect(await signIn(user, accounts[0]?.email ?? '', PASSWORD, from)).toMatchObject({
    __typename: 'TooManyAttempts',
  });
});

test('counts clients of whom no address is known as one, and nobody where there is no client', async () => {
  const hungUp = client({ address: '' });
  await times(12, () => signIn(user, newEmail(), WRONG, hungUp));
  expect(await signIn(user, newEmail(), WRONG, hungUp)).toMatchObject({ __typename: 'TooManyAttempts' });
  for (let count = 0; count < 7; count += 1) await mail.signUp(newEmail(), hungUp);
  expect(await mail.signUp(newEmail(), hungUp)).toEqual(refusal('RATE_LIMITED'));

  expect(names(await times(14, () => signIn(user, newEmail(), WRONG)))).not.toContain('TooManyAttempts');
});

/** While a table of the database is not there. */
async function without(table: string, work: () => Promise<void>) {
  await user.test.database.run(`ALTER TABLE ${table} RENAME TO away`);
  try {
    await work();
  } finally {
    await user.test.database.run(`ALTER TABLE away RENAME TO ${table}`);
  }
}

test('gives an attempt back that failed before the password was checked', async () => {
  const { email } = await user.account();
  await without('account', async () => {
    for (let count = 0; count < 11; count += 1)
      expect(await signIn(user, email)).toEqual(refusal('INTERNAL'));
  });
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'AuthSession' });
});

test('gives a mail back that was not written down', async () => {
  const email = newEmail();
  const from = newAddress();
  for (const ask of Object.values(mail))
    await without('mail', async () => {
      for (let count = 0; count < 8; count += 1) expect(await ask(email, from)).toEqual(refusal('INTERNAL'));
    });
  for (const ask of Object.values(mail)) expect(await ask(email, from)).toMatchObject({ email });
});

test('counts nothing that is refused, and takes nothing back from what has ended', async () => {
  const namespace = `${user.namespace}:own`;
  const rate = { times: 3, seconds: 900 };
  const limits = openLimits({
    redis: user.redis,
    namespace,
    sealer: user.sealer,
    rates: { passwordsPerAccount: rate },
    log: openLog('user', 'silent'),
  });
  const who = { account: 'a', address: 'b' };
  const attempts = async (count: number) =>
    (await times(count, () => limits.passwords.attempt(who))).map((refused) => refused === null);
  expect(await attempts(6)).toEqual([true, true, true, false, false, false]);
  await limits.passwords.undone(who);
  expect(await attempts(2)).toEqual([true, false]);

  const own = await user.redis.keys(`${namespace}:limit:*`);
  expect(own).toHaveLength(1);
  await user.redis.del(...own);
  for (let count = 0; count < 2; count += 1) await limits.passwords.undone(who);
  expect(await user.redis.keys(`${namespace}:limit:*`)).toEqual([]);
  expect(await attempts(4)).toEqual([true, true, true, false]);
});

const mail = {
  signUp: (email: string, from = client()) => call(user, 'signUp', signUpInput(email), { from }),
  resendVerification: (email: string, from = client()) =>
    call(user, 'resendVerification', { email }, { from }),
  requestPasswordReset: (email: string, from = client()) =>
    call(user, 'requestPasswordReset', { email }, { from }),
};

test('mails an address five times an hour, for whatever reason, account or not', async () => {
  const { email: known } = await user.account();
  for (const email of [known, newEmail()]) {
    for (const ask of [mail.signUp, mail.resendVerification, mail.requestPasswordReset])
      expect(await ask(email)).toMatchObject({ email });
    await mail.signUp(email);
    await mail.requestPasswordReset(email);
    const queued = await user.test.database.query('SELECT 1 FROM mail');
    for (const ask of Object.values(mail)) {
      const [error] = await ask(email);
      expect(error.extensions.code).toBe('RATE_LIMITED');
      expect(error.extensions.retryAfterMs).toBeGreaterThan(3_590_000);
      expect(error.extensions.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    }
    expect(await user.test.database.query('SELECT 1 FROM mail')).toHaveLength(queued.length);
  }
});

test('mails for one client so often an hour, whomever', async () => {
  const from = newAddress();
  for (let count = 0; count < 7; count += 1)
    expect(await mail.signUp(newEmail(), from)).toHaveProperty('email');
  const email = newEmail();
  for (let count = 0; count < 6; count += 1)
    expect(await mail.signUp(email, from)).toEqual(refusal('RATE_LIMITED'));
  // That was not held against whom the client would have had mailed.
  expect(await mail.signUp(email, newAddress())).toHaveProperty('email');
});

test('does not count what is refused for its input', async () => {
  const email = newEmail();
  for (let count = 0; count < 6; count += 1)
    expect(await call(user, 'signUp', signUpInput(email, { password: 'short' }))).toEqual(
      refusal('BAD_USER_INPUT', 'input.password'),
    );
  expect(await mail.signUp(email)).toHaveProperty('email');
});

test('names nobody in Redis', async () => {
  const { email } = await user.account();
  await signIn(user, email, WRONG, newAddress());
  await mail.signUp(email, newAddress());
  const kept = (await keys()).map((key) => key.split(':limit:')[1] ?? '');
  expect(kept.length).toBeGreaterThan(3);
  for (const key of kept) expect(key).toMatch(/^(passwords|mails)-(account|address|recipient):[\w-]{43}$/);
});

/** Where nobody answers: nothing listens, or what listens says nothing. */
async function redisAway(silent: boolean) {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (!silent) server.close();
  return {
    redis: openRedis(`redis://127.0.0.1:${port}`, openLog('user', 'silent')),
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

test.each([
  ['is away', false],
  ['says nothing', true],
])('lets nobody guess or have mailed while Redis %s, and does not hang', async (_, silent) => {
  const { redis, close } = await redisAway(silent);
  try {
    const limits = openLimits({
      redis,
      namespace: 'test',
      sealer: user.sealer,
      log: openLog('user', 'silent'),
    });
    const began = performance.now();
    const who = { account: 'a', email: 'a', address: 'b' };
    const tried = [limits.passwords.attempt(who), limits.mails.attempt(who), limits.passwords.succeeded(who)];
    for (const outcome of await Promise.allSettled(tried))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'Unavailable' } });
    // Not to stand in the way of what failed first.
    await Promise.all([limits.passwords.undone(who), limits.mails.undone(who)]);
    expect(performance.now() - began).toBeLessThan(10_000);
  } finally {
    redis.disconnect();
    close();
  }
});
