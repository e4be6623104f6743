import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import type { Data } from './open-user.js';

let shop: Shop;

const PASSWORD = 'seven green umbrellas';
const SESSION =
  '__typename ... on AuthSession { accessToken refreshToken user { id name email emailVerified } }';
const SESSIONS = '{ me { id sessions { id device current } } }';

/** A browser as far as cookies and forms go. */
function openBrowser(language = 'en') {
  const { origin } = new URL(shop.gatewayUrl);
  let cookie = '';
  const keep = (headers: Headers) => {
    for (const line of headers.getSetCookie()) cookie = line.split(';')[0] ?? '';
  };
  return {
    cookie: () => cookie,
    open: (url: string) => fetch(url, { headers: { 'accept-language': language, cookie } }),
    submit: async (url: string, fields: Record<string, string>) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'accept-language': language, cookie, origin },
        body: new URLSearchParams(fields),
      });
      keep(response.headers);
      return response;
    },
    ask: async (query: string, variables: object = {}, token?: string): Promise<Data> => {
      const response = await fetch(`${shop.gatewayUrl}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-language': language,
          origin,
          cookie,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      keep(response.headers);
      const { data, errors } = (await response.json()) as Data;
      return data ? Object.values(data as object)[0] : errors;
    },
  };
}

/** The newest mail to this address, as the inbox tells it. */
const mailTo = (address: string) =>
  eventually(async () => {
    const response = await fetch(`${shop.emulatorsUrl}/mail?to=${encodeURIComponent(address)}`);
    const [mail] = (await response.json()) as { subject: string; text: string; links: string[] }[];
    if (!mail) throw new Error(`nothing was mailed to ${address}`);
    return mail;
  });

const newAddress = () => `${randomUUID()}@example.com`;

async function signUp(browser: ReturnType<typeof openBrowser>, email = newAddress()): Promise<string> {
  const input = { email, password: PASSWORD, name: '김하나', phone: '010-1234-5678' };
  const sent = await browser.ask(
    'mutation ($input: SignUpInput!) { signUp(input: $input) { email expiresAt } }',
    { input },
  );
  expect(sent).toEqual({ email, expiresAt: expect.any(String) });
  const { links } = await mailTo(email);
  return links[0] ?? '';
}

async function signedUp() {
  const browser = openBrowser();
  const email = newAddress();
  const link = await signUp(browser, email);
  const token = new URL(link).searchParams.get('token') ?? '';
  const done = await browser.submit(`${shop.gatewayUrl}/verify-email`, { token });
  expect(done.status).toBe(200);
  return { browser, email, link, token };
}

const signIn = (email: string, password = PASSWORD, device = 'Phone'): Promise<Data> =>
  openBrowser().ask(`mutation ($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`, {
    input: { email, password, device },
  });

/** What a person does with an account, from outside: the gateway's API and pages, mails, and the providers' pages. */
export const accountJourney = (opened: () => Shop) =>
  describe('an account', () => {
    beforeAll(() => {
      shop = opened();
    });

    test('signs up by mail, signs a second device in, sees both and ends one', async () => {
      const browser = openBrowser('ko-KR,ko;q=0.9');
      const email = newAddress();
      const link = await signUp(browser, email);
      expect((await mailTo(email)).subject).toBe('Stampede 가입을 완료해 주세요');
      expect(new URL(link).origin).toBe(new URL(shop.gatewayUrl).origin);

      // A mail scanner opens it, and nothing has happened.
      const page = await browser.open(link);
      expect(await page.text()).toContain('이메일 주소 확인');
      expect(await signIn(email)).toMatchObject({ __typename: 'EmailNotVerified' });

      const token = new URL(link).searchParams.get('token') ?? '';
      const done = await browser.submit(`${shop.gatewayUrl}/verify-email`, { token });
      expect(await done.text()).toContain(email);
      const first = await browser.ask(`mutation { refreshSession { ${SESSION} } }`);
      expect(first).toMatchObject({
        refreshToken: null,
        user: { name: '김하나', email, emailVerified: true },
      });
      expect((await browser.submit(`${shop.gatewayUrl}/verify-email`, { token })).status).toBe(410);

      const second = await signIn(email);
      const { sessions } = await browser.ask(SESSIONS, {}, second.accessToken);
      expect(sessions.map(({ device, current }: Data) => [device, current])).toEqual([
        ['Phone', true],
        ['메일 링크를 연 브라우저', false],
      ]);
      const ended = sessions[1].id as string;
      expect(await browser.ask(`mutation { endSession(id: "${ended}") }`, {}, second.accessToken)).toBe(true);
      await eventually(async () =>
        expect(await browser.ask(SESSIONS, {}, first.accessToken)).toMatchObject([
          { extensions: { code: 'UNAUTHENTICATED' } },
        ]),
      );
      expect(await browser.ask(`mutation { refreshSession { ${SESSION} } }`)).toEqual({
        __typename: 'InvalidToken',
      });
      expect((await browser.ask(SESSIONS, {}, second.accessToken)).sessions).toHaveLength(1);
    });

    test('tells who signs up a second time that they have an account, and nobody else', async () => {
      const { browser, email, token } = await signedUp();
      await browser.ask(
        `mutation { signUp(input: { email: "${email}", password: "${PASSWORD}", name: "Somebody else" }) { email } }`,
      );
      const mail = await eventually(async () => {
        const found = await mailTo(email);
        if (!found.subject.includes('already')) throw new Error(found.subject);
        return found;
      });
      expect(mail.text).not.toContain('token=');
      expect((await browser.submit(`${shop.gatewayUrl}/verify-email`, { token })).status).toBe(410);
      expect(await signIn(email)).toMatchObject({ user: { name: '김하나' } });
    });

    test('sets a new password by a mailed link, which signs every device out', async () => {
      const { browser, email } = await signedUp();
      const device = await signIn(email);
      await browser.ask(`mutation { requestPasswordReset(email: "${email}") { email } }`);
      const link = await eventually(async () => {
        const [found = ''] = (await mailTo(email)).links;
        if (!found.includes('/reset-password')) throw new Error(found);
        return found;
      });
      const token = new URL(link).searchParams.get('token') ?? '';
      const page = `${shop.gatewayUrl}/reset-password`;
      const weak = { token, password: '1234567890', again: '1234567890' };
      const form = await (await browser.open(link)).text();
      const names = [...form.matchAll(/name="([^"]+)"/g)].map(([, name]) => name ?? '');
      const filled = (password: string) =>
        Object.fromEntries(names.map((name) => [name, name === 'token' ? token : password]));
      expect((await browser.submit(page, filled(weak.password))).status).toBe(400);
      expect((await browser.submit(page, filled('eight brown umbrellas'))).status).toBe(200);
      await eventually(async () =>
        expect(await browser.ask(SESSIONS, {}, device.accessToken)).toMatchObject([
          { extensions: { code: 'UNAUTHENTICATED' } },
        ]),
      );
      expect(await signIn(email)).toMatchObject({ __typename: 'InvalidCredentials' });
      expect(await signIn(email, 'eight brown umbrellas')).toMatchObject({ user: { email } });
    });

    /** Goes to the provider, agrees there as `person`, and comes back with what the provider gives. */
    async function vouchedFor(provider: string, form: Record<string, string>, token?: string): Promise<Data> {
      const browser = openBrowser();
      const redirectUri = 'http://localhost:4000/social';
      const start = await browser.ask(
        `mutation { startSocialSignIn(provider: ${provider}, redirectUri: "${redirectUri}") { url state } }`,
        {},
        token,
      );
      const page = await fetch(start.url as string);
      expect(await page.text()).toContain('<form');
      const agreed = await fetch(start.url as string, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(form),
      });
      const back = new URL(agreed.headers.get('location') ?? '');
      expect(back.origin + back.pathname).toBe(redirectUri);
      expect(back.searchParams.get('state')).toBe(start.state);
      const input = { provider, code: back.searchParams.get('code'), state: start.state, redirectUri };
      return browser.ask(
        `mutation ($input: SocialSignInInput!) {
      signInWithSocial(input: $input) { ${SESSION} ... on Rejection { message } }
    }`,
        { input },
        token,
      );
    }

    test('signs in by Kakao: a verified address finds its account, an unverified one never does', async () => {
      const { email } = await signedUp();
      const { user } = await signIn(email);
      const person = { id: '7001', nickname: '하나', email };
      const stranger = await vouchedFor('KAKAO', { ...person, id: '7002', email_state: 'unverified' });
      expect(stranger.user.id).not.toBe(user.id);
      expect(stranger.user).toMatchObject({ name: '하나', emailVerified: false });

      const same = await vouchedFor('KAKAO', { ...person, email_state: 'verified' });
      expect(same.user).toEqual({ id: user.id, name: '김하나', email, emailVerified: true });
      const again = await vouchedFor('KAKAO', { id: '7001', nickname: '하나', email_state: 'none' });
      expect(again.user.id).toBe(user.id);
    });

    test('signs in by Naver, links Kakao to the same account, and takes it off again', async () => {
      const yuna = await vouchedFor('NAVER', { person: 'yuna' });
      expect(yuna.__typename).toBe('AuthSession');
      expect((await vouchedFor('NAVER', { person: 'yuna' })).user.id).toBe(yuna.user.id);

      const linked = await vouchedFor('KAKAO', { person: 'haneul' }, yuna.accessToken);
      expect(linked.user.id).toBe(yuna.user.id);
      const alone = await vouchedFor('KAKAO', { person: 'haneul' });
      expect(alone.user.id).toBe(yuna.user.id);
      const browser = openBrowser();
      const unlink = (provider: string) =>
        browser.ask(
          `mutation { unlinkSocial(provider: ${provider}) { socialLinks } }`,
          {},
          alone.accessToken,
        );
      expect(await unlink('NAVER')).toEqual({ socialLinks: ['KAKAO'] });
      expect(await unlink('KAKAO')).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    });

    test('leaves nothing of a deleted account but that it was there', async () => {
      const { browser, email } = await signedUp();
      const { accessToken, user } = await signIn(email);
      const exported = JSON.parse(
        (await browser.ask('{ exportMyData }', {}, accessToken)) as string,
      ) as object;
      expect(JSON.stringify(exported)).toContain(email);
      expect(await browser.ask(`mutation { deleteAccount(password: "${PASSWORD}") }`, {}, accessToken)).toBe(
        true,
      );
      await eventually(async () =>
        expect(await browser.ask(SESSIONS, {}, accessToken)).toMatchObject([
          { extensions: { code: 'UNAUTHENTICATED' } },
        ]),
      );
      expect(await signIn(email)).toMatchObject({ __typename: 'InvalidCredentials' });
      const [row] = await shop.sql('user').query('SELECT * FROM account WHERE id = $1', [user.id]);
      expect(row).toMatchObject({
        name: null,
        email: null,
        email_index: null,
        phone: null,
        password_hash: null,
      });
      const link = await signUp(openBrowser(), email);
      expect(link).toContain('/verify-email');
    });
  });
