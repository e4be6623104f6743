import type { GraphqlClient } from '@stampede/shared/testing';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { percentilesOf, type Percentiles } from '../measure/percentiles.js';

/** Somebody who signs in by password. */
export interface Signer {
  email: string;
  password: string;
}

/** What people met who signed in over and over while the sale was decided. */
export interface SignInFigures {
  signedIn: number;
  perSecond: number;
  /** Refusals by code, or by type where the answer is one of the API's. */
  refused: Record<string, number>;
  /** From the request to the answer of those who were signed in, in milliseconds. */
  service: Percentiles | null;
}

export const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) {
  __typename ... on AuthSession { accessTokenExpiresAt } ... on TooManyAttempts { retryAt } } }`;

/** A client without a better idea of when to come again. */
const COME_AGAIN_MS = 1_000;

/**
 * Has each signer sign in, again and again, until it is stopped: a storm for whatever else the platform does.
 *
 * @param countFrom by this machine's clock: what was answered before counts for nothing, since the platform was idle.
 */
export function keepSigningIn(client: Pick<GraphqlClient, 'send'>, signers: Signer[], countFrom: number) {
  const stopping = new AbortController();
  const began = performance.now() + countFrom - Date.now();
  const times: number[] = [];
  const refused: Record<string, number> = {};

  async function signIn(input: Signer): Promise<void> {
    const sent = performance.now();
    const { data, errors } = await client.send(SIGN_IN, { input });
    const answered = performance.now();
    const answer = (data as { signIn: { __typename: string; retryAt?: string } } | null)?.signIn;
    if (answer?.__typename === 'AuthSession') {
      if (answered >= began) times.push(answered - sent);
      return;
    }
    const refusal = errors?.[0]?.extensions;
    const reason = answer?.__typename ?? String(refusal?.code);
    if (answered >= began) refused[reason] = (refused[reason] ?? 0) + 1;
    const againMs = answer?.retryAt ? Date.parse(answer.retryAt) - Date.now() : refusal?.retryAfterMs;
    await waitUnlessStopped(Number(againMs ?? COME_AGAIN_MS), stopping.signal);
  }

  async function goOn(signer: Signer): Promise<void> {
    while (!stopping.signal.aborted) await signIn(signer);
  }

  const all = Promise.allSettled(signers.map(goOn));
  return {
    /** @throws Error when the platform gave no answer to one of them */
    stop: async (): Promise<SignInFigures> => {
      const seconds = (performance.now() - began) / 1_000;
      stopping.abort();
      const failed = (await all).find((one) => one.status === 'rejected');
      if (failed) throw failed.reason as Error;
      return {
        signedIn: times.length,
        perSecond: times.length / seconds,
        refused,
        service: percentilesOf(times),
      };
    },
  };
}

async function waitUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(Math.max(0, ms), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
