import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Buyer, type Shop } from '@stampede/shared/testing';
import { decodeJwt } from 'jose';
import { PASSWORD, PASSWORD_HASH, resetTokenOf } from './fixtures/access/scene.js';
import { openClient } from './fixtures/live/clients.js';

let shop: Shop;

const WITHIN_MS = 1_000;
const NEW_PASSWORD = 'quite another password';
const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { ... on AuthSession { accessToken refreshToken } } }`;
const REFRESH = `mutation ($token: String) {
  refreshSession(refreshToken: $token) { __typename ... on AuthSession { accessToken } } }`;
const STOCK = 'subscription ($id: ID!) { stockChanged(productIds: [$id]) { id } }';
const ORDER = 'subscription ($id: ID!) { orderChanged(id: $id) { id } }';

/** A buyer who signs in by {@link PASSWORD}. */
async function openPerson(): Promise<Buyer> {
  const person = await shop.buyer();
  await shop
    .sql('user')
    .run('UPDATE account SET password_hash = $2 WHERE id = $1', [person.id, PASSWORD_HASH]);
  return person;
}

/** One device of theirs, with a socket that shows what anybody may see. */
async function openDevice({ account: { email } }: Buyer, device: string) {
  const input = { email, password: PASSWORD, device };
  const { data } = await shop.client.send(SIGN_IN, { input });
  const { accessToken, refreshToken } = data.signIn as { accessToken: string; refreshToken: string };
  const authorization = `Bearer ${accessToken}`;
  const live = openClient(`${shop.gatewayUrl.replace('http', 'ws')}/graphql`, {
    connectionParams: { authorization },
  });
  await live.watch(STOCK, { id: shop.product.id }).after(1);
  const ask = (query: string, variables: object = {}) =>
    shop.client.send(query, variables, { authorization });
  return {
    ask,
    refreshToken,
    sessionId: decodeJwt(accessToken).sid as string,
    live,
    isIn: async () => {
      expect((await ask('{ me { email } }')).data).toEqual({ me: { email } });
      expect(live.connections.closes).toEqual([]);
      await live.watch('{ me { id } }').after(1);
    },
    isOut: async () => {
      await eventually(async () => {
        expect(live.connections.closes).toEqual([4403]);
        const { status, errors } = await ask('{ me { email } }');
        expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
      }, WITHIN_MS);
    },
    [Symbol.asyncDispose]: live.close,
  };
}

type Device = Awaited<ReturnType<typeof openDevice>>;

const WAYS: Record<string, (here: Device, there: Device) => Promise<void>> = {
  'it signs out': async (here) => {
    expect((await here.ask('mutation { signOut }')).data).toEqual({ signOut: true });
  },
  'another device ends its session': async ({ sessionId }, there) => {
    const { data } = await there.ask('mutation ($id: ID!) { endSession(id: $id) }', { id: sessionId });
    expect(data).toEqual({ endSession: true });
  },
  'another device changes the password': async (_, there) => {
    const { data } = await there.ask(
      `mutation ($current: String!, $new: String!) {
        changePassword(current: $current, new: $new) { __typename ... on PasswordChanged { sessionsEnded } } }`,
      { current: PASSWORD, new: NEW_PASSWORD },
    );
    expect(data.changePassword).toMatchObject({ __typename: 'PasswordChanged' });
  },
  'a refresh token of it is replayed': async ({ refreshToken, sessionId }) => {
    const refresh = async () =>
      (await shop.client.send(REFRESH, { token: refreshToken })).data.refreshSession.__typename as string;
    expect(await refresh()).toBe('AuthSession');
    const back = `UPDATE session SET rotated_at = rotated_at - interval '11 seconds' WHERE id = $1`;
    await shop.sql('user').run(back, [sessionId]);
    expect(await refresh()).toBe('InvalidToken');
  },
};

const WAYS_OF_ALL: Record<string, (person: Buyer, here: Device) => Promise<void>> = {
  'one signs out everywhere': async (_, here) => {
    const { data } = await here.ask('mutation { signOutEverywhere }');
    expect(data.signOutEverywhere).toBeGreaterThanOrEqual(2);
  },
  'the password is reset': async ({ account }) => {
    const { data } = await shop.client.send(
      'mutation ($token: String!, $new: String!) { resetPassword(token: $token, new: $new) { __typename } }',
      { token: await resetTokenOf(shop, account.email), new: NEW_PASSWORD },
    );
    expect(data).toEqual({ resetPassword: { __typename: 'PasswordChanged' } });
  },
  'an operator gives the person another role': async ({ id }) => {
    const [operator] = (await shop.accounts(1, 'OPERATOR')) as [Buyer];
    const { data } = await operator.send(
      'mutation ($id: ID!) { setRole(userId: $id, role: SELLER, displayName: "Brand") { id role } }',
      { id },
    );
    expect(data).toEqual({ setRole: { id, role: 'SELLER' } });
  },
};

/** Every way in which sessions end, and how soon all gateways refuse them. */
export const signingOut = (opened: () => Shop) =>
  describe('sign-out', () => {
    beforeAll(() => {
      shop = opened();
    });

    test.each(Object.entries(WAYS))(
      'shuts one device out within a second when %s, and no other',
      async (_, end) => {
        const person = await openPerson();
        await using here = await openDevice(person, 'here');
        await using there = await openDevice(person, 'there');
        await Promise.all([here.isIn(), there.isIn()]);
        await end(here, there);
        await here.isOut();
        await there.isIn();
      },
    );

    test.each(Object.entries(WAYS_OF_ALL))(
      'shuts every device out within a second when %s, and nobody else',
      async (_, end) => {
        const [person, other] = [await openPerson(), await openPerson()];
        await using here = await openDevice(person, 'here');
        await using there = await openDevice(person, 'there');
        await using theirs = await openDevice(other, 'theirs');
        await Promise.all([here.isIn(), there.isIn(), theirs.isIn()]);
        await end(person, here);
        await Promise.all([here.isOut(), there.isOut()]);
        await theirs.isIn();
      },
    );

    test('closes the socket on which an order is followed', async () => {
      const buyer = await shop.buyer();
      const order = await buyer.places([{ productId: shop.product.id, quantity: 1 }]);
      await using live = openClient(`${shop.gatewayUrl.replace('http', 'ws')}/graphql`, {
        connectionParams: { authorization: `Bearer ${buyer.account.accessToken}` },
      });
      await live.watch(ORDER, { id: order.id }).after(1);
      expect((await buyer.send('mutation { signOut }')).data).toEqual({ signOut: true });
      await eventually(() => expect(live.connections.closes).toEqual([4403]), WITHIN_MS);
    });

    test('sells to nobody while the user service is away, and goes on by itself when it is back', async () => {
      const buyer = await shop.buyer();
      await shop.services.user.stop('SIGKILL');
      await eventually(async () => {
        const readiness = await fetch(`${shop.gatewayUrl}/readyz`);
        expect(await readiness.text()).toContain('the sessions that have ended are not heard of');
      });
      const refused = await buyer.send('mutation { cancelOrder(id: "none") { __typename } }');
      expect([refused.status, refused.errors?.[0]?.extensions]).toMatchObject([
        503,
        { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 },
      ]);
      expect((await buyer.send('{ orders { totalCount } }')).data).toEqual({ orders: { totalCount: 0 } });
      shop.services.user.start();
      await shop.services.gateway.ready();
      await buyer.places([{ productId: shop.product.id, quantity: 1 }]);
    });
  });
