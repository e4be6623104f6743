import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Buyer, type Shop } from '@stampede/shared/testing';

let shop: Shop;
let korean: Buyer;
let english: Buyer;

const oneUnit = () => [{ productId: shop.product.id, quantity: 1 }];

interface Mailed {
  subject: string;
  text: string;
}

/** What was mailed to a person, oldest first. */
async function mailedTo({ account }: Buyer): Promise<Mailed[]> {
  const response = await fetch(`${shop.emulatorsUrl}/mail?to=${encodeURIComponent(account.email)}`);
  return ((await response.json()) as Mailed[]).toReversed();
}
const subjectsTo = async (who: Buyer) => (await mailedTo(who)).map(({ subject }) => subject);
const numberOf = async (who: Buyer, id: string) => (await who.order(id)).data.order.number as string;

/** Everything that order has said is said again, as watchdogs do: under new ids. Until user has heard it all. */
async function toldAgain(): Promise<void> {
  const said = `routing_key IN ('order.confirmed', 'order.expired', 'order.cancelled', 'order.refunded', 'order.shipped')`;
  const order = shop.sql('order');
  await order.run(
    `INSERT INTO outbox (message_id, routing_key, version, body)
     SELECT gen_random_uuid(), routing_key, version, body FROM outbox WHERE ${said}`,
  );
  const [{ count } = { count: 0 }] = await order.query<{ count: number }>(
    `SELECT count(*) FROM outbox WHERE ${said}`,
  );
  const user = shop.sql('user');
  await eventually(async () => {
    const [heard] = await user.query(`SELECT count(*) FROM inbox WHERE queue LIKE '%.user.order.%'`);
    expect(heard).toEqual({ count });
  });
  await eventually(async () => expect(await user.query('SELECT FROM mail')).toEqual([]));
}

/** From what happens to an order to the mail, through every process of the house. */
export const orderMails = (opened: () => Shop) =>
  describe('mails of orders', () => {
    beforeAll(async () => {
      shop = opened();
      [korean, english] = (await shop.accounts(2)) as [Buyer, Buyer];
      await shop.sql('user').run(`UPDATE account SET language = 'ko' WHERE id = $1`, [korean.id]);
    });

    test('who buys, pays too late or cancels is told so once, in their language, however often it is said', async () => {
      const bought = await korean.buys(oneUnit());
      const late = await english.places(oneUnit());
      await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = $1', [late.id]);
      await english.seesOrder(late.id, 'EXPIRED');
      const cancelled = await korean.places(oneUnit());
      await korean.cancelOrder(cancelled.id);

      const number = await numberOf(korean, cancelled.id);
      const toKorean = [`주문이 확정되었습니다: ${bought.number}`, `주문이 취소되었습니다: ${number}`];
      const toEnglish = [`Your order was not paid in time: ${await numberOf(english, late.id)}`];
      const areTold = async () => {
        expect((await subjectsTo(korean)).toSorted()).toEqual(toKorean.toSorted());
        expect(await subjectsTo(english)).toEqual(toEnglish);
      };
      await eventually(areTold);
      const [confirmed] = (await mailedTo(korean)).filter(({ subject }) => subject === toKorean[0]);
      expect(confirmed?.text).toContain('- Test sneaker × 1: 100,000원\n');

      await toldAgain();
      await areTold();
    });

    test('whose money is back, and whose parcel is on its way, is told so once', async () => {
      const [refunded, shipped] = (await shop.accounts(2)) as [Buyer, Buyer];
      await shop.sql('user').run(`UPDATE account SET language = 'ko' WHERE id = $1`, [refunded.id]);
      const [back, parcel] = [await refunded.buys(oneUnit()), await shipped.buys(oneUnit())];
      // A confirmation that is sent after the cancelling would not be.
      for (const who of [refunded, shipped])
        await eventually(async () => expect(await mailedTo(who)).toHaveLength(1));
      await refunded.cancelOrder(back.id);
      await refunded.seesOrder(back.id, 'REFUNDED');
      const SHIP = `mutation ($id: ID!, $number: String!) {
    shipOrder(id: $id, carrier: "CJ Logistics", trackingNumber: $number) { status } }`;
      for (const number of ['6400-1', '6400-2']) {
        const { errors } = await shop.seller.send(SHIP, { id: parcel.id, number });
        expect(errors).toBeUndefined();
        await eventually(async () => {
          const { text } = (await mailedTo(shipped)).at(-1) as Mailed;
          expect(text).toContain(`- Carrier: CJ Logistics\n- Tracking number: ${number}\n`);
        });
      }
      const areTold = async () => {
        expect((await subjectsTo(refunded)).toSorted()).toEqual([
          `주문이 취소되었습니다: ${back.number}`,
          `주문이 확정되었습니다: ${back.number}`,
          `환불이 완료되었습니다: ${back.number}`,
        ]);
        expect(await subjectsTo(shipped)).toEqual([
          `Your order is confirmed: ${parcel.number}`,
          `Your order is on its way: ${parcel.number}`,
          `Your tracking details have been corrected: ${parcel.number}`,
        ]);
      };
      await eventually(areTold);
      await toldAgain();
      await areTold();
    });
  });
