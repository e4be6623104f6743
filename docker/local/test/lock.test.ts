import { expect, test } from '@jest/globals';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../processes/identity.ts';
import { HomeInUse, isLocked, lockHome } from '../processes/lock.ts';
import { temporaryHome } from './temporary-home.ts';

test('a home that is in use is refused, and free again when it is given back', () => {
  using home = temporaryHome();
  const unlock = lockHome(home);

  expect(isLocked(home)).toBe(true);
  expect(() => lockHome(home)).toThrow(HomeInUse);
  expect(() => lockHome(home)).toThrow(`in use by process ${process.pid}`);

  unlock();
  expect(isLocked(home)).toBe(false);
  lockHome(home)();
});

test('the lock of a process that is gone is taken over, and nothing is left lying about', () => {
  using home = temporaryHome();
  const gone = { ...identify(process.pid), startedAt: 'an earlier boot/1' };
  writeFileSync(join(home.path, 'lock.json'), JSON.stringify(gone));
  expect(isLocked(home)).toBe(false);

  lockHome(home);

  expect(isLocked(home)).toBe(true);
  expect(readdirSync(home.path)).toEqual(['lock.json']);
});
