import { expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { formatErrorFor } from '../src/graphql/format-error.js';
import { log } from './fixtures/house.js';

function shown(message: string, production = true): string {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED' };
  return formatErrorFor(production, log)({ message, extensions }, new GraphQLError(message)).message;
}

test.each([
  [
    'Cannot query field "a" on type "B". Did you mean "secret" or "other"?',
    'Cannot query field "a" on type "B".',
  ],
  ['Unknown type "A". Did you mean "B"?', 'Unknown type "A".'],
  ['"Did you mean x" is no B. Did you mean the enum value "C"?', '"Did you mean x" is no B.'],
  ['Did you mean this? No.', 'Did you mean this? No.'],
  ['Is it?', 'Is it?'],
])('suggests nothing in production: %s', (message, expected) => {
  expect(shown(message)).toBe(expected);
  expect(shown(message, false)).toBe(message);
});

test('cuts a suggestion from a message that quotes a long value', () => {
  const value = ' Did you mean x'.repeat(50_000);
  expect(shown(`"${value}" is none. Did you mean "secret"?`)).toBe(`"${value}" is none.`);
  expect(shown(value)).toBe(value);
});
