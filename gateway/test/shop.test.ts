import { afterAll, beforeAll } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { cookieSessions } from './cookie-shop.fixture.js';
import { liveStock } from './live-shop.fixture.js';
import { signingOut } from './sign-out.fixture.js';

// On one shop: to start one takes longer than most of these tests.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ stock: 5, limitPerBuyer: 2 });
});
afterAll(() => shop[Symbol.asyncDispose]());

liveStock(() => shop);
cookieSessions(() => shop);
signingOut(() => shop);
