import { afterAll, beforeAll } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { saleControl } from './sale-control-shop.fixture.js';
import { takingBackInARace } from './take-back.race.fixture.js';

// On one shop: to start one takes longer than most of these tests.
let shop: Shop;
beforeAll(async () => {
  // Buyers press again as soon as they are answered.
  shop = await openShop({ env: { gateway: { RATES_PER_ACCOUNT: 'checkout=off' } } });
});
afterAll(() => shop[Symbol.asyncDispose]());

saleControl(() => shop);
takingBackInARace(() => shop);
