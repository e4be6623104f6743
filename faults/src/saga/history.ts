import type { Scheduler } from 'fast-check';
import { isUnavailable } from '@stampede/shared/errors';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Clock } from './clock.js';
import { Crash, inLife, type Life, type Mishap, type Service, type Stall, type StepKind } from './life.js';

/** Longer than any service takes for one thing: a history that needs more goes round in circles. */
const MOST_STEPS = 20_000;

/** What happened in one run: its processes, their steps that wait for their turn, and what must never happen and did. */
export class History {
  readonly lives: Record<Service, Life>;
  /** What nobody's table of errors has: each is a violation. */
  readonly surprises: string[] = [];
  /** All that were taken, in their order: the same for the same seed. */
  readonly steps: string[] = [];
  /** Whether a script has run since Redis was looked at. */
  hasScripts = false;
  #mishaps: { service: Service; kind: StepKind; mishap: Mishap }[] = [];
  #paused: { until: number; goOn: () => void }[] = [];
  #inFlight = 0;
  #lookedAt = 0;
  #landed: (() => void) | undefined;

  constructor(
    readonly clock: Clock,
    readonly scheduler: Scheduler,
    private readonly afterScript: () => Promise<void>,
  ) {
    const born = (service: Service): Life => ({ service, history: this, ended: false });
    this.lives = { order: born('order'), catalog: born('catalog'), payment: born('payment') };
  }

  /** Waits until the scheduler picks it among all that wait. */
  async turn(name: string): Promise<void> {
    await this.scheduler.schedule(Promise.resolve(), name);
    this.steps.push(name);
  }

  /** Counts what a server is asked for, so that it is known when nothing moves. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#landed?.();
    }
  }

  /** Begins something that a service does; it goes on with {@link go}. What it fails with is its caller's affair. */
  start<T>(service: Service, name: string, work: () => Promise<T>, stall?: Stall): Promise<T> {
    const life = this.lives[service];
    // It ends with its process, which is seen through it.
    const own = stall ? Object.assign(Object.create(life) as Life, { stall: { ...stall } }) : life;
    const task = inLife(own, async () => {
      await this.turn(`${service}: ${name}`);
      if (life.ended) throw new Crash(service);
      return work();
    });
    task.catch((error: unknown) => this.#note(`${service}: ${name}`, error));
    return task;
  }

  /** Until so many steps have happened, or nothing else is left to happen. */
  pause(steps: number): Promise<void> {
    return new Promise((goOn) => this.#paused.push({ until: this.steps.length + steps, goOn }));
  }

  /** @returns whether anything goes on that had paused. */
  #resume(): boolean {
    const isIdle = this.scheduler.count() === 0;
    const index = this.#paused.findIndex(({ until }) => isIdle || until <= this.steps.length);
    if (index < 0) return false;
    this.#paused.splice(index, 1)[0]?.goOn();
    return true;
  }

  /** Lets so many steps happen, one after the other, in the scheduler's order. */
  async go(steps: number): Promise<void> {
    for (let taken = 0; taken < steps; taken += 1) {
      do await this.#quiet();
      while (this.#resume());
      if (this.scheduler.count() === 0) return;
      if (this.steps.length > MOST_STEPS) throw new Error(`more than ${MOST_STEPS} steps: it never ends`);
      await this.scheduler.waitNext(1);
      await this.#quiet();
      if (!this.hasScripts) continue;
      this.hasScripts = false;
      await this.afterScript();
    }
  }

  /** Ends a process where it is, and starts the next one: nothing that was in its memory is left. */
  crash(service: Service): void {
    this.lives[service].ended = true;
    this.lives[service] = { service, history: this, ended: false };
  }

  /** Has the next step of this kind go wrong. */
  arm(service: Service, kind: StepKind, mishap: Mishap): void {
    this.#mishaps.push({ service, kind, mishap });
  }

  takeMishap(service: Service, kind: StepKind): Mishap | undefined {
    const index = this.#mishaps.findIndex((armed) => armed.service === service && armed.kind === kind);
    return index < 0 ? undefined : this.#mishaps.splice(index, 1)[0]?.mishap;
  }

  /** Whether anything has happened since this was asked the last time: otherwise nobody has to look again. */
  hasStepped(): boolean {
    const before = this.#lookedAt;
    this.#lookedAt = this.steps.length;
    return before !== this.steps.length;
  }

  /** All servers are well from now on. */
  forgive(): void {
    this.#mishaps = [];
  }

  /** Until whatever runs waits for a turn: no server is being asked, and no promise is left to go on. */
  async #quiet(): Promise<void> {
    for (let calm = 0; calm < 3; calm += 1) {
      await turnOfLoop();
      if (this.#inFlight === 0) continue;
      await new Promise<void>((resolve) => (this.#landed = resolve));
      this.#landed = undefined;
      calm = -1;
    }
  }

  /** Errors that a caller is told of are in order; whatever else is thrown is a mistake of the code. */
  #note(what: string, error: unknown): void {
    if (error instanceof Crash || isUnavailable(error) || isToldToCallers(error)) return;
    this.surprises.push(
      `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

const isToldToCallers = (error: unknown): boolean =>
  typeof (error as { extensions?: { code?: unknown } }).extensions?.code === 'string' ||
  (error instanceof Error && error.name === 'CartChanged');
