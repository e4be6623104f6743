import { afterAll, beforeAll } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { cancellations } from './cancellation.fixture.js';
import { personalData } from './personal-data.fixture.js';

// On one shop: to start one takes longer than most of these tests.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ stock: 10, limitPerBuyer: 10 });
});
afterAll(() => shop[Symbol.asyncDispose]());

// Personal data at the end: ten thousand orders that it makes up have no books to agree with.
cancellations(() => shop);
personalData(() => shop);
