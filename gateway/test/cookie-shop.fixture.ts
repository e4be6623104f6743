import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Shop } from '@stampede/shared/testing';
import { PASSWORD, PASSWORD_HASH } from './fixtures/access/scene.js';

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { __typename ... on AuthSession { accessToken refreshToken } }
}`;
const REFRESH =
  'mutation { refreshSession { __typename ... on AuthSession { accessToken refreshToken user { id } } } }';

let shop: Shop;

/** A browser at a page of the gateway's own, as far as cookies go. */
function openBrowser() {
  const kept = new Map<string, string>();
  const { origin } = new URL(shop.gatewayUrl);
  return {
    kept,
    send: async (query: string, variables: object = {}, headers: Record<string, string> = {}) => {
      const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join('; ');
      const sent = { ...(cookie && { cookie }), origin, ...headers };
      const answer = await shop.client.send(query, variables, sent);
      for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (line.includes('Max-Age=0')) kept.delete(name);
        else kept.set(name, value);
      }
      return answer;
    },
  };
}

/** A buyer's id and what they sign in with. */
async function newAccount() {
  const [buyer] = await shop.accounts(1);
  if (!buyer) throw new Error('there is no account');
  const { id, email } = buyer.account;
  await shop.sql('user').run('UPDATE account SET password_hash = $1 WHERE id = $2', [PASSWORD_HASH, id]);
  return { id, input: { email, password: PASSWORD, cookie: true } };
}

async function signedIn() {
  const browser = openBrowser();
  const { id, input } = await newAccount();
  const { data } = await browser.send(SIGN_IN, { input });
  return { browser, id, session: data.signIn };
}

/** What a browser is given and keeps, from sign-in to sign-out. */
export const cookieSessions = (opened: () => Shop) =>
  describe('a session in a cookie', () => {
    beforeAll(() => {
      shop = opened();
    });

    test('signs a browser in, keeps it so by the cookie alone, and out again', async () => {
      const { browser, id, session } = await signedIn();
      expect(session).toMatchObject({ __typename: 'AuthSession', refreshToken: null });
      const first = browser.kept.get('stampede-refresh');
      expect(first).toMatch(/^[\w-]{43}$/);

      const { data } = await browser.send(REFRESH);
      expect(data.refreshSession).toMatchObject({ refreshToken: null, user: { id } });
      expect(browser.kept.get('stampede-refresh')).not.toBe(first);

      const authorization = `Bearer ${data.refreshSession.accessToken}`;
      expect((await browser.send('{ me { id } }', {}, { authorization })).data).toEqual({ me: { id } });
      const out = await browser.send('mutation { signOut }', {}, { authorization });
      expect(out.data).toEqual({ signOut: true });
      expect(browser.kept.size).toBe(0);
      expect((await browser.send(REFRESH)).data.refreshSession.__typename).toBe('InvalidToken');
    });

    test('keeps two tabs signed in that refresh by the same cookie at once', async () => {
      const { browser } = await signedIn();
      const both = await Promise.all([browser.send(REFRESH), browser.send(REFRESH)]);
      for (const { data } of both) expect(data.refreshSession.__typename).toBe('AuthSession');
      const cookies = both.map(({ headers }) => headers['set-cookie']);
      expect(cookies[0]).toEqual(cookies[1]);
      expect((await browser.send(REFRESH)).data.refreshSession.__typename).toBe('AuthSession');
    });

    test('removes a cookie whose session has ended', async () => {
      const { browser, id } = await signedIn();
      await shop.sql('user').run('UPDATE session SET ended_at = now() WHERE account_id = $1', [id]);
      expect((await browser.send(REFRESH)).data.refreshSession.__typename).toBe('InvalidToken');
      expect(browser.kept.size).toBe(0);
    });

    test('lets no page of another site use the cookie, nor get one', async () => {
      const { browser } = await signedIn();
      const evil = { origin: 'https://evil.example' };
      const { data, headers } = await browser.send(REFRESH, {}, evil);
      expect(data.refreshSession.__typename).toBe('InvalidToken');
      expect(headers['set-cookie']).toBeUndefined();
      const { input } = await newAccount();
      const refused = await browser.send(SIGN_IN, { input }, evil);
      expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect((await browser.send(REFRESH)).data.refreshSession.__typename).toBe('AuthSession');
    });
  });
