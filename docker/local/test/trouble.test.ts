import { expect, test } from '@jest/globals';
import { troubleIn } from '../platform/trouble.ts';

test.each([
  ['{"level":30,"msg":"ready"}', undefined],
  ['{"level":40,"msg":"slow"}', 'warning: slow'],
  ['{"level":50,"msg":"no answer","err":{"message":"refused"}}', 'error: no answer (refused)'],
  ['{"level":30,"msg":"a client sent {\\"level\\":50}"}', undefined],
  ['', undefined],
  ['Error: Cannot find module', 'Error: Cannot find module'],
  ['{"level":60,"msg":"cut o', '{"level":60,"msg":"cut o'],
])('of %s a person sees %s', (line, seen) => {
  expect(troubleIn(line)).toBe(seen);
});
