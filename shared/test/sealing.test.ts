import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EnvironmentError, readEnv } from '@stampede/shared/env';
import { openSealer, sealerFromKeys, SealingError, SealingKeysError } from '@stampede/shared/sealing';

const key = () => randomBytes(32).toString('base64');
const place = { table: 'account', column: 'email', row: '7f0c' };

test('opens what it sealed, whatever the text', () => {
  const sealer = openSealer(`a:${key()}`);
  for (const text of ['', 'buyer@stampede.test', '서울특별시 중구 🏙️', 'x'.repeat(100_000)]) {
    expect(sealer.open(sealer.seal(text, place), place)).toBe(text);
  }
});

test('seals equal texts into different envelopes that do not show them', () => {
  const sealer = openSealer(`a:${key()}`);
  const [one, two] = [sealer.seal('same', place), sealer.seal('same', place)];
  expect(one.equals(two)).toBe(false);
  expect(one.includes('same')).toBe(false);
});

test('lays the envelope out as version, key id with its length, nonce, ciphertext, tag', () => {
  const envelope = openSealer(`key-1:${key()}`).seal('four', place);
  expect(envelope.subarray(0, 7)).toEqual(Buffer.from('\u0001\u0005key-1', 'ascii'));
  expect(envelope.length).toBe(7 + 12 + 4 + 16);
});

test('refuses an envelope with any one byte changed, cut off, or grown', () => {
  const sealer = openSealer(`a:${key()},b:${key()}`);
  const envelope = sealer.seal('secret', place);
  for (const at of envelope.keys()) {
    const tampered = Buffer.from(envelope);
    tampered[at]! ^= 1;
    expect(() => sealer.open(tampered, place)).toThrow(SealingError);
    expect(() => sealer.open(envelope.subarray(0, at), place)).toThrow(SealingError);
  }
  expect(() => sealer.open(Buffer.concat([envelope, Buffer.from([0])]), place)).toThrow(SealingError);
});

test('refuses an envelope that was moved to another row, column or table', () => {
  const sealer = openSealer(`a:${key()}`);
  const envelope = sealer.seal('secret', place);
  for (const moved of [
    { row: '7f0d' },
    { column: 'phone' },
    { table: 'address' },
    { table: 'accountem', column: 'ail' },
  ]) {
    expect(() => sealer.open(envelope, { ...place, ...moved })).toThrow(SealingError);
  }
});

test('writes with the first key and reads with all of them', () => {
  const [old, fresh] = [`old:${key()}`, `new:${key()}`];
  const before = openSealer(old).seal('kept', place);
  const rotated = openSealer(`${fresh},${old}`);
  expect(rotated.open(before, place)).toBe('kept');

  const after = rotated.seal('kept', place);
  expect(openSealer(fresh).open(after, place)).toBe('kept');
  expect(() => openSealer(old).open(after, place)).toThrow('the sealing key new is not here');
});

test('keeps blind indexes while the sealing keys rotate, and changes them with their own key', () => {
  const index = `index:${key()}`;
  const before = openSealer(`old:${key()},${index}`).blindIndex('buyer@stampede.test');
  const rotated = openSealer(`${index},new:${key()}`);
  expect(rotated.blindIndex('buyer@stampede.test')).toEqual(before);
  expect(rotated.blindIndex('other@stampede.test')).not.toEqual(before);
  expect(openSealer(`a:${key()},index:${key()}`).blindIndex('buyer@stampede.test')).not.toEqual(before);
  expect(rotated.seal('x', place).subarray(2, 5).toString()).toBe('new');
});

test('derives the index key as RFC 5869 says, so that stored indexes outlive a rewrite', () => {
  const sealer = openSealer(
    `a:${Buffer.alloc(32, 1).toString('base64')},index:${Buffer.alloc(32, 2).toString('base64')}`,
  );
  expect(sealer.blindIndex('buyer@stampede.test').toString('hex')).toBe(
    'd8d6481e9278686e15e988cb895a1d8fb4d66391e563b87ee6c0a0caec2415d1',
  );
});

test('opens an envelope of an earlier release', () => {
  const sealer = openSealer(`a:${Buffer.alloc(32, 1).toString('base64')}`);
  expect(
    sealer.open(
      Buffer.from('AQFhAwMDAwMDAwMDAwMDmhRt/43ERB3MkZYCqHwK3N1A1crWklb/pYkNwQRzDOnRjEk=', 'base64'),
      place,
    ),
  ).toBe('buyer@stampede.test');
});

test.each([
  { keys: '', what: 'no keys', problem: 'entry 1' },
  { keys: 'a', what: 'an id without a key', problem: 'entry 1' },
  { keys: `a:${key()},b:${randomBytes(31).toString('base64')}`, what: 'a short key', problem: 'entry 2' },
  { keys: `a:${key()},a:${key()}`, what: 'one id for two keys', problem: 'stands twice' },
  { keys: `index:${key()}`, what: 'an index key alone', problem: 'no key to seal with' },
])('refuses $what and does not repeat any key', ({ keys, problem }) => {
  const refused = () => openSealer(keys);
  expect(refused).toThrow(SealingKeysError);
  expect(refused).toThrow(problem);
  expect(refused).not.toThrow(keys.split(/[:,]/)[1] || 'unused');
});

test('reads base64url too, so that a local key can say that it is one', () => {
  const sealer = openSealer(`a:local-only-${'k'.repeat(32)}`);
  expect(sealer.open(sealer.seal('read', place), place)).toBe('read');
});

test('makes no blind index without a key for it', () => {
  expect(() => openSealer(`a:${key()}`).blindIndex('x')).toThrow(SealingKeysError);
});

test('as a field of the environment gives a sealer, or names the problem', () => {
  const shape = { KEYS: sealerFromKeys('index') };
  const { KEYS } = readEnv(shape, { KEYS: `a:${key()},index:${key()}` });
  expect(KEYS.open(KEYS.seal('read', place), place)).toBe('read');
  expect(() => readEnv(shape, { KEYS: `a:${key()}` })).toThrow(EnvironmentError);
  expect(() => readEnv(shape, { KEYS: `a:${key()}` })).toThrow('KEYS: there is no entry `index`');
});
