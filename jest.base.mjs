// Every package's jest.config.mjs is `export { default } from '../jest.base.mjs'` (or two folders up).
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@stampede/shared/(.*)$': `${root}shared/src/$1/index.ts`,
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // A deadline for a test that hangs, not a speed check: the slowest race takes a tenth of it.
  testTimeout: 120_000,
  // One more than the processors of a small machine: a file in four waits for a deadline or a start rather than works.
  maxWorkers: 3,
  testSequencer: `${root}jest.slow-first.mjs`,
};
