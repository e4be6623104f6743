/** One mechanism taken out of the code: a test that then still passes does not guard it. */
export interface Mutant {
  /** What guards an invariant. */
  mechanism: string;
  /** What is changed, for a person. */
  change: string;
  /** From the checkout's folder. */
  file: string;
  /** Exactly once in the file. */
  text: string;
  replacement: string;
  /** The tests that have to fail. */
  tests: Tests;
}

export interface Tests {
  /** A workspace's folder. */
  workspace: string;
  /** As jest takes it: files whose path it matches. */
  pattern: string;
}

/** How often the text of a mutant stands in its file: once, or the mutant is of code that has changed. */
export const occurrences = (content: string, { text }: Mutant): number => content.split(text).length - 1;
