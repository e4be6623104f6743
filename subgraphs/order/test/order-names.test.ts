import { expect, test } from '@jest/globals';
import { orderIdOf } from '../src/checkout/order-id.js';
import { orderNumberOf, readOrderNumber } from '../src/order-number.js';

const BUYER = '0b8f3a52-6a0e-4d3c-9f57-2d5f0f6f6a10';

// Orders are found by these for ever: whatever changes one of them loses every order that was placed before.
test('an order’s id is made from its buyer and key, for good', () => {
  expect(orderIdOf(BUYER, 'first-try')).toBe('d0683fcf-6be9-8da4-8884-c29fa5bee2f6');
  expect(orderIdOf(BUYER, 'second-try')).toBe('f17604f4-47af-8fd8-8bcb-044b438644c0');
  expect(orderIdOf('9c3e5d1e-1111-4222-8333-444455556666', 'first-try')).toBe(
    '812f010f-9c0c-87cd-b466-b2a82ba22a83',
  );
});

test('it is a version 8 UUID of the RFC’s variant, whatever the digest', () => {
  for (let key = 0; key < 200; key += 1) {
    expect(orderIdOf(BUYER, `key-${key}`)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
});

test('buyer and key cannot run into one another', () => {
  expect(orderIdOf('ab', 'c')).not.toBe(orderIdOf('a', 'bc'));
});

test.each([
  [1, '0000-0001'],
  [31, '0000-000Z'],
  [32, '0000-0010'],
  // The sequence's first.
  [1_073_741_824, '0100-0000'],
  [1_073_741_825, '0100-0001'],
  [32 ** 8 - 1, 'ZZZZ-ZZZZ'],
  [32 ** 8, '1000-0000-0'],
])('the order number %i reads %s', (sequence, number) => {
  expect(orderNumberOf(sequence)).toBe(number);
});

test('no number has a letter that is mistaken for another', () => {
  const numbers = Array.from({ length: 32 }, (_, index) => orderNumberOf(1_073_741_824 + index));
  expect(new Set(numbers).size).toBe(32);
  expect(numbers.join('')).not.toMatch(/[ILOU]/);
});

test.each([
  '0100-001A',
  '0100001a',
  ' 01 00 – 00 1A ',
  '0100—001A',
  'OIOO-OOLA',
  'olooooia',
  '０１００－００１Ａ',
])('somebody who says %j means 0100-001A', (text) => {
  expect(readOrderNumber(text)).toBe(1_073_741_824 + 42);
});

test.each([0, 31, 32 ** 6, 32 ** 8 - 1, 32 ** 8, 32 ** 10 - 1])('%i is read as it is written', (sequence) => {
  expect(readOrderNumber(orderNumberOf(sequence))).toBe(sequence);
});

test.each(['', ' ', '-', '0100-001', '0100-001U', '0100-001!', '0100-001É', '0100-001A-000', '0'.repeat(11)])(
  '%j is no order’s number',
  (text) => {
    expect(readOrderNumber(text)).toBeUndefined();
  },
);
