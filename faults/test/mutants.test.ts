import { expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { occurrences } from '../src/mutants/mutant.js';
import { mutants } from '../src/mutants/mutants.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const places = mutants.map((mutant) => [`${mutant.mechanism}: ${mutant.change}`, mutant] as const);

test.each(places)('%s: of code that stands there once, by tests that there are', (_, mutant) => {
  const { workspace, pattern } = mutant.tests;
  expect(occurrences(readFileSync(join(root, mutant.file), 'utf8'), mutant)).toBe(1);
  const files = globSync('test/**/*.test.ts', { cwd: join(root, workspace) });
  expect(files.filter((file) => new RegExp(pattern).test(`/${file}`))).toHaveLength(1);
});
