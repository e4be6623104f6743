import { expect, test } from '@jest/globals';
import { collectUndo } from '../processes/undo.ts';

test('steps run one after the other, the last one first, also past one that fails', async () => {
  const undo = collectUndo();
  const done: string[] = [];
  undo.add(() => void done.push('servers'));
  undo.add(() => Promise.reject(new Error('no')));
  undo.add(async () => {
    await new Promise(setImmediate);
    done.push('gateway');
  });

  await expect(undo.run()).rejects.toThrow('Not everything stopped cleanly');

  expect(done).toEqual(['gateway', 'servers']);
});
