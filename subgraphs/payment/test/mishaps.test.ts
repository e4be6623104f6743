import { afterAll, beforeAll } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { lostMessages } from './lost-messages.fixture.js';
import { PROVIDER_TIMEOUT_MS } from './paying.fixture.js';
import { refunds } from './refunds.fixture.js';
import { unknownOutcomes } from './unknown-outcomes.fixture.js';

// On one shop: to start one takes longer than most of these tests.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ env: { payment: { KAKAOPAY_TIMEOUT_MS: String(PROVIDER_TIMEOUT_MS) } } });
});
afterAll(() => shop[Symbol.asyncDispose]());

lostMessages(() => shop);
refunds(() => shop);
unknownOutcomes(() => shop);
