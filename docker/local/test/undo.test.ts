import { expect, test } from '@jest/globals';
import { onShutdown } from '../processes/shutdown.ts';

test('steps run one after the other, the last one first, also past one that fails', async () => {
  const shutdown = onShutdown();
  const done: string[] = [];
  shutdown.add(() => void done.push('servers'));
  shutdown.add(() => Promise.reject(new Error('no')));
  shutdown.add(async () => {
    await new Promise(setImmediate);
    done.push('gateway');
  });

  await expect(shutdown.run()).rejects.toThrow('Not everything stopped cleanly');

  expect(done).toEqual(['gateway', 'servers']);
});
