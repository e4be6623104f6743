import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Language } from '@stampede/shared/identity';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { readSender } from '../src/mail/address.js';
import { letters } from '../src/mail/letters.js';
import { openMailSender } from '../src/mail/mail-sender.js';
import type { MailKind } from '../src/mail/queue-mail.js';
import { OTHERS_AWAY, openTestMailServer } from './mail.fixture.js';
import { lettersTo, tokenIn } from './mailbox.js';
import { PUBLIC_URL } from './open-user.js';
import { call, client, signUpInput } from './sign-up.fixture.js';
import { naverPerson, newEmail, openSocial, type SocialUnderTest } from './social.fixture.js';

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial();
});
afterAll(() => social[Symbol.asyncDispose]());

interface Case {
  kind: MailKind;
  /** Has it queued. @returns whom for. */
  cause(from: ReturnType<typeof client>): Promise<string>;
  path: string;
  subjects: Record<Language, RegExp>;
  says: Record<Language, RegExp>;
}

const CASES: Case[] = [
  {
    kind: 'sign-up',
    cause: async (from) => {
      const email = newEmail();
      await call(social, 'signUp', signUpInput(email), { from });
      return email;
    },
    path: '/verify-email',
    subjects: { en: /Complete your sign-up/, ko: /가입을 완료/ },
    says: { en: /made without one: set it by a password reset/, ko: /비밀번호 없이/ },
  },
  {
    kind: 'reset-password',
    cause: async (from) => {
      const { email } = await social.account();
      await call(social, 'requestPasswordReset', { email }, { from });
      return email;
    },
    path: '/reset-password',
    subjects: { en: /Reset your password/, ko: /비밀번호 재설정/ },
    says: { en: /signs all of your devices out/, ko: /모든 기기에서 로그아웃/ },
  },
  {
    kind: 'verify-address',
    cause: async (from) => {
      const email = newEmail();
      await social.finish(await social.begin('NAVER', naverPerson(email)), undefined, from);
      return email;
    },
    path: '/verify-email',
    subjects: { en: /Confirm your mail address/, ko: /메일 주소를 확인/ },
    says: { en: /by Kakao or Naver/, ko: /카카오 또는 네이버/ },
  },
];

test('knows all letters', () => {
  // Those of sales and orders have tests of their own.
  const kinds = Object.keys(letters).filter((kind) => !/^(sale|order)-/.test(kind));
  expect(kinds.sort()).toEqual(CASES.map(({ kind }) => kind).sort());
});

const TOLD = CASES.flatMap((told) => (['en', 'ko'] as const).map((language) => ({ ...told, language })));

test.each(TOLD)('writes the letter $kind in $language', async ({ cause, language, path, subjects, says }) => {
  const email = await cause(client({ language }));
  const [letter, ...others] = await lettersTo(social, email);
  expect(others).toEqual([]);
  expect(letter?.subject).toMatch(subjects[language]);
  expect(letter?.text).toMatch(says[language]);
  expect(letter?.html).toContain(`<html lang="${language}">`);
  expect(letter?.text).toContain(`${PUBLIC_URL}${path}?token=${(letter && tokenIn(letter)) ?? 'none'}`);
  // What the letter of one language says, the other's does not.
  expect(letter?.text).not.toMatch(says[language === 'en' ? 'ko' : 'en']);
});

test('sends what is for an account to its address, however that was typed', async () => {
  await using server = await openTestMailServer();
  const { email } = await social.account();
  const typed = email.toUpperCase();
  await call(social, 'requestPasswordReset', { email: typed });
  await call(social, 'signUp', signUpInput(typed));
  const mailFrom = readSender('Stampede <no-reply@stampede.test>');
  if (!mailFrom) throw new Error('no sender');
  const sender = openMailSender({
    database: social.test.database,
    sealer: social.sealer,
    publicUrl: PUBLIC_URL,
    ...OTHERS_AWAY,
    smtpUrl: server.url,
    mailFrom,
    requireTls: false,
    log: openLog('user', 'silent'),
    metrics: openMetrics('user'),
  });
  await eventually(() => {
    expect(server.received).toHaveLength(2);
    return Promise.resolve();
  });
  await sender.close();
  expect(server.received.map(({ to }) => to)).toEqual([email, email]);
  expect(server.received.map(({ mail }) => mail.to?.[0]?.address)).toEqual([email, email]);
});
