import type { Mutant } from './mutant.js';
import type { Outcome } from './run-tests.js';

/** Of a Markdown table. */
export const HEAD = [
  '| mechanism | taken out of | what was changed | the first test that failed |',
  '|---|---|---|---|',
];

export const rowOf = ({ mechanism, file, change, tests }: Mutant, outcome: Outcome): string =>
  `| ${mechanism} | ${file} | ${change} | ${told(outcome, tests.workspace)} |`;

function told(outcome: Outcome, workspace: string): string {
  switch (outcome.kind) {
    case 'failed':
      return `${workspace}: ${outcome.first.replaceAll('|', '\\|')}`;
    case 'passed':
      return `**none: it survived** ${outcome.tests} tests of ${workspace}`;
    case 'broke':
      return `**nothing was tested**: ${outcome.reason.split('\n', 1)[0]}`;
    default:
      return outcome satisfies never;
  }
}
