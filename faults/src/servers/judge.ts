import type { GraphqlAnswer } from '@stampede/shared/testing';
import { mayFail, type Step } from './needs.js';

/** What is wrong at the moment, and what has been found wrong with answers. */
export interface Judge {
  /** From now on these links are away: answers to what was asked since may say so. */
  faultBegins(away: readonly string[]): void;
  /** Everything is back, and was seen to work: nothing may be unavailable any more. */
  faultEnded(): void;
  /** Asks, and judges the answer. @returns undefined when it was unavailable, as it may be */
  asks(step: Step, ask: () => Promise<GraphqlAnswer>): Promise<GraphqlAnswer | undefined>;
  /** Notes what a person would complain of. */
  complain(problem: string): void;
  /** Every complaint since the last time, each once, with how often. */
  complaints(): string[];
  /** How many answers of each kind there were since the last time. */
  tally(): string;
}

/** What the gateway waits for, and what this machine may be late by. */
const DEADLINES_MS: Record<Step, number> = {
  product: 10_000,
  order: 10_000,
  me: 10_000,
  checkout: 10_000,
  startPayment: 40_000,
  approvePayment: 40_000,
};
const LATE_MS = 2_000;

/** What a person may be told in each step though all is well; everything else is wrong. */
const RIGHT: Partial<Record<Step, string[]>> = {
  checkout: ['Order'],
  startPayment: ['Payment', 'ProviderUnavailable'],
  approvePayment: ['Payment', 'PaymentPending'],
};

export function openJudge(): Judge {
  let away: readonly string[] = [];
  let counts = new Map<string, number>();
  let problems = new Map<string, number>();
  const add = (to: Map<string, number>, key: string) => to.set(key, (to.get(key) ?? 0) + 1);
  const complain = (problem: string) => add(problems, problem);

  return {
    faultBegins: (links) => {
      away = links;
    },
    faultEnded: () => {
      away = [];
    },
    asks: async (step, ask) => {
      const before = away;
      const begun = performance.now();
      let answer: GraphqlAnswer;
      try {
        answer = await ask();
      } catch (error) {
        complain(`${step}: no answer at all (${(error as Error).message})`);
        return undefined;
      }
      const ms = performance.now() - begun;
      // A fault that began, or ended, in between explains it as well.
      const blamed = [...before, ...away];
      if (ms > DEADLINES_MS[step] + LATE_MS) complain(`${step}: answered after ${Math.round(ms / 1_000)} s`);
      const problem = problemOf(step, answer, mayFail(step, blamed));
      add(counts, `${step} ${nameOf(step, answer)}`);
      if (problem !== undefined) complain(`${step}: ${problem}`);
      return answer.errors ? undefined : answer;
    },
    complain,
    complaints: () => {
      const found = [...problems].map(([problem, count]) =>
        count > 1 ? `${problem} (${count} times)` : problem,
      );
      problems = new Map();
      return found;
    },
    tally: () => {
      const found = [...counts].map(([kind, count]) => `${kind} ${count}`).toSorted();
      counts = new Map();
      return found.join(', ');
    },
  };
}

function problemOf(step: Step, answer: GraphqlAnswer, allowed: boolean): string | undefined {
  const { errors, data } = answer;
  for (const { extensions } of errors ?? []) {
    if (extensions.code !== 'SERVICE_UNAVAILABLE')
      return `${extensions.code}: ${JSON.stringify(answer.errors)}`;
    const { retryAfterMs } = extensions;
    if (typeof retryAfterMs !== 'number' || retryAfterMs <= 0)
      return 'SERVICE_UNAVAILABLE without retryAfterMs';
    if (!allowed) return 'SERVICE_UNAVAILABLE, though all that it needs is there';
  }
  if (errors) return undefined;
  if (!data?.[step]) return `null without an error: ${JSON.stringify(data)}`;
  const right = RIGHT[step];
  if (right && !right.includes(data[step].__typename)) return JSON.stringify(data[step]);
  return undefined;
}

const nameOf = (step: Step, { errors, data }: GraphqlAnswer): string =>
  String(errors?.[0]?.extensions.code ?? data?.[step]?.__typename ?? 'answered');
