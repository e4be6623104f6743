import { afterAll, beforeAll } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { accountJourney } from './account-journey.fixture.js';
import { orderMails } from './order-mails-of-a-shop.fixture.js';
import { wishReminders } from './wish-reminders.fixture.js';

// On one shop: to start one takes longer than most of these tests.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ stock: 10, limitPerBuyer: 10 });
});
afterAll(() => shop[Symbol.asyncDispose]());

accountJourney(() => shop);
orderMails(() => shop);
wishReminders(() => shop);
