import { expect, test } from '@jest/globals';
import { checkReason } from '../src/cancellation/check-reason.js';
import { codeOf } from '../src/cancellation/reason-code.js';

test.each<[string | null | undefined, string | null]>([
  [undefined, null],
  [null, null],
  ['', null],
  ['  \n ', null],
  ['  found it cheaper ', 'found it cheaper'],
  ['다른 색을 원해요 👟', '다른 색을 원해요 👟'],
  ['buyer', 'buyer'],
  // Characters, as people count them: each of these is two units of UTF-16.
  ['👟'.repeat(200), '👟'.repeat(200)],
])('takes %j as %j', (value, kept) => {
  expect(checkReason(value)).toBe(kept);
});

test.each([
  'x'.repeat(201),
  '👟'.repeat(201),
  'a\0b',
  'half \ud800',
  'two\nlines',
  'NO_UNITS_LEFT',
  ' OPERATOR ',
  'NOT_PAID_IN_TIME',
  'STATED',
])('refuses %j', (value) => {
  const fields = [{ path: 'reason', message: expect.any(String) }];
  expect(() => checkReason(value)).toThrow(
    expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', fields } }),
  );
});

test('in messages stand our codes, and never what a person wrote', () => {
  expect(['BUYER', 'NO_UNITS_LEFT', 'my address is 1 Any Street'].map(codeOf)).toEqual([
    'BUYER',
    'NO_UNITS_LEFT',
    'STATED',
  ]);
});
