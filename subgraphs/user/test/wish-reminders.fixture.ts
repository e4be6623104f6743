import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Buyer, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import type { Data } from './open-user.js';

let shop: Shop;
let people: [korean: Buyer, english: Buyer, undecided: Buyer, late: Buyer];
let productId: string;

async function ask(who: Buyer, query: string, variables: object = {}): Promise<Data> {
  const { data, errors } = await who.send(query, variables);
  expect(errors).toBeUndefined();
  return data;
}
const wish = (who: Buyer) =>
  ask(who, 'mutation ($id: ID!) { wish(productId: $id) { id wished } }', { id: productId });

/** All that was mailed of the product: to whom, and with which subject. */
async function mailed(): Promise<string[]> {
  const response = await fetch(`${shop.emulatorsUrl}/mail`);
  const mails = (await response.json()) as { to: string; subject: string; links: string[] }[];
  const link = `${shop.gatewayUrl}/products/${productId}`;
  return mails.filter(({ links }) => links.includes(link)).map(({ to, subject }) => `${to}: ${subject}`);
}
const mailsAre = (expected: string[]) =>
  eventually(async () => expect((await mailed()).toSorted()).toEqual(expected.toSorted()));

const KOREAN = '곧 판매가 시작됩니다: 한정판 스니커즈';
const ENGLISH = 'The sale opens soon: 한정판 스니커즈';

/** From a wish to the mail, through every process of the house. */
export const wishReminders = (opened: () => Shop) =>
  describe('wishes', () => {
    beforeAll(async () => {
      shop = opened();
      people = (await shop.accounts(4)) as typeof people;
      await shop.sql('user').run(`UPDATE account SET language = 'ko' WHERE id = $1`, [people[0].id]);
      // Far off, so that nobody is told before everybody has made up their mind.
      const opensAt = new Date(Date.now() + 24 * 3_600_000);
      productId = (await shop.createProduct({ name: '한정판 스니커즈', opensAt })).id;
    });

    test('two who wish for a sale get a mail in their language, once, however often it is told; a third took it back', async () => {
      const [korean, english, undecided, late] = people;
      for (const who of [korean, english, undecided])
        expect(await wish(who)).toEqual({ wish: { id: productId, wished: true } });
      await ask(undecided, 'mutation ($id: ID!) { unwish(productId: $id) { id } }', { id: productId });
      const { wishlist } = await ask(english, '{ wishlist { totalCount edges { node { id wished } } } }');
      expect(wishlist).toEqual({ totalCount: 1, edges: [{ node: { id: productId, wished: true } }] });

      const catalog = shop.sql('catalog');
      await catalog.run(`UPDATE product SET opens_at = now() + interval '9 minutes' WHERE id = $1`, [
        productId,
      ]);
      const both = [`${korean.account.email}: ${KOREAN}`, `${english.account.email}: ${ENGLISH}`];
      await mailsAre(both);

      // The message comes again, and catalog is killed and looks anew.
      const again = await catalog.run(
        `UPDATE outbox SET published_at = NULL, leased_until = NULL WHERE routing_key = 'sale.opening'`,
      );
      await eventually(async () => {
        const metrics = await (await fetch(`${shop.services.user.url}/metrics`)).text();
        const duplicates = /_consumed_total\{[^}]*sale\.opening[^}]*outcome="duplicate"[^}]*\} (\d+)/.exec(
          metrics,
        );
        expect(Number(duplicates?.[1])).toBe(again);
      });
      await shop.services.catalog.stop('SIGKILL');
      shop.services.catalog.start();
      await shop.services.catalog.ready();
      // Who wishes now is told as well: by then, the others would have been told again.
      await eventually(() => wish(late));
      await mailsAre([...both, `${late.account.email}: ${ENGLISH}`]);
      await eventually(async () => expect(await shop.sql('user').query('SELECT FROM mail')).toEqual([]));
    });

    test('a message of a sale that cannot be read is listed as the user service’s, and can be replayed', async () => {
      const [operator] = (await shop.accounts(1, 'OPERATOR')) as [Buyer];
      const messageId = randomUUID();
      await shop
        .sql('catalog')
        .run(
          `INSERT INTO outbox (message_id, routing_key, version, body) VALUES ($1, 'sale.opening', 1, '{}')`,
          [messageId],
        );
      const listed = (not?: string) =>
        eventually(async () => {
          const { deadLetters } = await ask(
            operator,
            '{ deadLetters { edges { node { id service queue messageId } } } }',
          );
          const [edge, ...others] = deadLetters.edges as { node: Data }[];
          expect(others).toEqual([]);
          expect(edge?.node).toMatchObject({
            service: 'user',
            queue: `${shop.namespace}.user.sale.opening`,
            messageId,
          });
          expect(edge?.node.id).not.toBe(not);
          return edge?.node.id as string;
        });
      const id = await listed();
      expect(await ask(operator, 'mutation ($id: ID!) { replayDeadLetter(id: $id) }', { id })).toEqual({
        replayDeadLetter: true,
      });
      await listed(id);
    });

    test('a person is told of their wishes, and they are forgotten with the account', async () => {
      const [korean, english] = people;
      const { exportMyData } = await ask(korean, '{ exportMyData }');
      expect((JSON.parse(exportMyData as string) as { wishes: object[] }).wishes).toEqual([
        {
          productId,
          product: '한정판 스니커즈',
          wishedAt: expect.any(String),
          toldOfOpeningAt: expect.any(String),
        },
      ]);
      await ask(korean, 'mutation ($id: ID!) { unwish(productId: $id) { id } }', { id: productId });
      const { exportMyData: after } = await ask(korean, '{ exportMyData }');
      expect((JSON.parse(after as string) as { wishes: object[] }).wishes).toMatchObject([
        { productId, wishedAt: null, toldOfOpeningAt: expect.any(String) },
      ]);
      await ask(korean, 'mutation { deleteAccount }');
      const catalog = shop.sql('catalog');
      await eventually(async () =>
        expect(
          await catalog.query('SELECT FROM deleted_account WHERE user_id = $1', [korean.id]),
        ).toHaveLength(1),
      );
      for (const table of ['wish', 'wish_reminder']) {
        expect(await catalog.query(`SELECT FROM ${table} WHERE user_id = $1`, [korean.id])).toEqual([]);
        expect(await catalog.query(`SELECT FROM ${table} WHERE user_id = $1`, [english.id])).toHaveLength(1);
      }
    });
  });
