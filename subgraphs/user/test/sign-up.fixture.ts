import { expect } from '@jest/globals';
import type { Client, Identity } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import type { Data, UserUnderTest } from './open-user.js';
import { tokenTo } from './mailbox.js';

export const GOOD_PASSWORD = 'seven green umbrellas';
export const newEmail = () => `${randomUUID()}@stampede.test`;

const fields = (names: string) => `__typename ${names} ... on Rejection { message }`;
const MUTATIONS = {
  signUp: 'mutation ($input: SignUpInput!) { signUp(input: $input) { email expiresAt } }',
  resendVerification:
    'mutation ($email: EmailAddress!) { resendVerification(email: $email) { email expiresAt } }',
  requestPasswordReset:
    'mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { email expiresAt } }',
  verifyEmail: `mutation ($token: String!, $device: String, $cookie: Boolean) {
    verifyEmail(token: $token, device: $device, cookie: $cookie) {
    ${fields('... on AuthSession { accessToken refreshToken user { id name email phone emailVerified role sessions { device current } } }')} } }`,
  resetPassword: `mutation ($token: String!, $new: String!) { resetPassword(token: $token, new: $new) {
    ${fields('... on PasswordChanged { sessionsEnded }')} } }`,
  changePassword: `mutation ($current: String!, $new: String!) { changePassword(current: $current, new: $new) {
    ${fields('... on PasswordChanged { sessionsEnded }')} } }`,
  signIn: `mutation ($input: SignInInput!) { signIn(input: $input) {
    ${fields('... on AuthSession { user { id } accessToken refreshToken } ... on EmailNotVerified { email } ... on TooManyAttempts { retryAt }')} } }`,
};
export type MutationName = keyof typeof MUTATIONS;

let addresses = 0;
/** Another one each time: limits see what asks from an unknown address as one. */
const newAddress = () => `198.51.${Math.floor((addresses += 1) / 250)}.${addresses % 250}`;

export const client = (more: Partial<Client> = {}): Client => ({
  address: newAddress(),
  language: 'en',
  takesCookies: false,
  ...more,
});

/** Asks, and gives what was answered, or the errors. */
export async function call(
  user: UserUnderTest,
  name: MutationName,
  variables: object,
  { identity, from }: { identity?: Identity; from?: Client } = {},
): Promise<Data> {
  const { data, errors } = await user.ask(MUTATIONS[name], variables, identity, from);
  return data?.[name] ?? errors;
}

export const signUpInput = (email: string, more: object = {}) => ({
  input: { email, password: GOOD_PASSWORD, name: '홍길동', ...more },
});

/** Somebody who has signed up, followed the link, and is signed in. */
export async function newcomer(user: UserUnderTest, email = newEmail()): Promise<Data> {
  await call(user, 'signUp', signUpInput(email));
  return call(user, 'verifyEmail', { token: await tokenTo(user, email) });
}

export const signIn = (user: UserUnderTest, email: string, password = GOOD_PASSWORD, from?: Client) =>
  call(user, 'signIn', { input: { email, password } }, from ? { from } : {});

/** A refusal as tests compare it. */
export const refusal = (code: string, ...paths: string[]) => [
  expect.objectContaining({
    extensions: expect.objectContaining({
      code,
      ...(paths.length > 0 && { fields: paths.map((path) => expect.objectContaining({ path })) }),
    }),
  }),
];

/** What each of several answers is, in alphabetical order. */
export const kindsOf = (answers: Data[]): string[] =>
  answers.map(({ __typename }) => String(__typename)).sort();
