import { AsyncLocalStorage } from 'node:async_hooks';
import type { History } from './history.js';

export const SERVICES = ['order', 'catalog', 'payment'] as const;
export type Service = (typeof SERVICES)[number];

/** A process of a service, from its start to its crash. What it does is undone by nobody; what it was about to do is not done. */
export interface Life {
  service: Service;
  history: History;
  ended: boolean;
  /** Of one thing that it does: see {@link Stall}. */
  stall?: Stall | undefined;
}

/** Something that is done stands still between two of its steps, while so many steps of others happen. */
export interface Stall {
  after: number;
  steps: number;
}

/** What a step of a process that has crashed comes to. Nothing that catches it can do anything: its steps crash as well. */
export class Crash extends Error {
  constructor(service: Service) {
    super(`${service} has crashed`);
    this.name = 'Crash';
  }
}

/** Which process does what is done now. */
const lives = new AsyncLocalStorage<Life>();

export const inLife = <T>(life: Life, work: () => Promise<T>): Promise<T> => lives.run(life, work);
export const currentLife = (): Life | undefined => lives.getStore();

/** What kinds of steps a mishap may meet. */
export type StepKind = 'statement' | 'transaction' | 'script' | 'ask' | 'provider';

/**
 * A step of a process that others can see: it waits until the history lets it go on, and is not taken should the process
 * have crashed by then. Between two steps nothing can happen that matters, so every interleaving is one of steps.
 *
 * @param take does it, as the mishap says that meets it, if any.
 */
export async function step<T>(
  kind: StepKind,
  name: string,
  take: (mishap: Mishap | undefined) => Promise<T>,
): Promise<T> {
  const life = lives.getStore();
  if (!life) return take(undefined);
  const { history, service } = life;
  if (life.stall && life.stall.after-- === 0) await history.pause(life.stall.steps);
  await history.turn(`${service}: ${kind} ${name}`);
  if (life.ended) throw new Crash(service);
  const mishap = history.takeMishap(service, kind);
  if (kind === 'script') history.hasScripts = true;
  return history.during(() => take(mishap));
}

/**
 * What goes wrong with a step: `lost` before it is done, its answer `unheard`, done `twice` (a client that sends again what
 * was not answered), or done `later`, when whoever asked has given up.
 */
export type Mishap = 'lost' | 'unheard' | 'twice' | 'later';
