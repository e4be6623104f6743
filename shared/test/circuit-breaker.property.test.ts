import { expect, test } from '@jest/globals';
import { openBreaker, type OpenCall } from './circuit-breaker-fixture.js';
import { randomOf } from './random.js';

const STEPS = 4_000;
const SETTINGS = {
  windowCalls: 10,
  minimumCalls: 6,
  failureRate: 40,
  slowCallMs: 1_000,
  slowRate: 50,
  openMs: 1_500,
  trialCalls: 3,
  callDeadlineMs: 4_000,
};

interface Begun {
  call: OpenCall;
  at: number;
  /** Which of the model's states it began in. */
  stay: number;
}

/** The rules as written down: keeps every call of a state and looks at the last of them each time. */
class Model {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  stay = 0;
  #calls: { failed: boolean; slow: boolean }[] = [];
  #until = 0;
  admitted = 0;

  #enter(state: Model['state']): void {
    this.state = state;
    this.stay += 1;
    this.#calls = [];
    this.admitted = 0;
  }

  /** The state at this instant, since an open one ends by itself. */
  passes(now: number): void {
    if (this.state === 'open' && now >= this.#until) this.#enter('half-open');
  }

  admits(): boolean {
    if (this.state === 'open') return false;
    if (this.state === 'half-open' && this.admitted === SETTINGS.trialCalls) return false;
    this.admitted += 1;
    return true;
  }

  ended(stay: number, failed: boolean, tookMs: number, now: number): void {
    if (stay !== this.stay) return;
    this.#calls.push({ failed, slow: tookMs > SETTINGS.slowCallMs });
    const isTrial = this.state === 'half-open';
    if (this.#calls.length < (isTrial ? SETTINGS.trialCalls : SETTINGS.minimumCalls)) return;
    const counted = this.#calls.slice(-SETTINGS.windowCalls);
    const share = (bad: (call: { failed: boolean; slow: boolean }) => boolean) =>
      (100 * counted.filter(bad).length) / counted.length;
    if (
      share(({ failed }) => failed) >= SETTINGS.failureRate ||
      share(({ slow }) => slow) >= SETTINGS.slowRate
    ) {
      this.#enter('open');
      this.#until = now + SETTINGS.openMs;
    } else if (isTrial) this.#enter('closed');
  }
}

test.each([1, 2, 20_261_121])(
  'after random steps it is in the state of the rules (seed %i)',
  async (seed) => {
    const random = randomOf(seed);
    const there = openBreaker({ settings: SETTINGS });
    const model = new Model();
    const seen = { closed: 0, open: 0, 'half-open': 0, refused: 0 };
    let now = 0;
    let begun: Begun[] = [];

    function passes(ms: number): void {
      now += ms;
      there.passes(ms);
      model.passes(now);
    }

    async function begins(): Promise<void> {
      const admitted = model.admits();
      const call = await there.begins().catch(() => undefined);
      expect(call !== undefined).toBe(admitted);
      if (call) begun.push({ call, at: now, stay: model.stay });
      else seen.refused += 1;
    }

    async function ends(): Promise<void> {
      const one = begun[random(begun.length)];
      if (!one) return;
      begun = begun.filter((other) => other !== one);
      const isBad = random(10) < 3;
      await one.call.ends(isBad ? 'badly' : 'well');
      model.ended(one.stay, isBad, now - one.at, now);
    }

    for (let step = 0; step < STEPS; step += 1) {
      const what = random(10);
      if (what < 4) await begins();
      else if (what < 8) await ends();
      // Never as long as a deadline, which ends calls by itself and has tests of its own.
      else if (begun.every(({ at }) => now + 900 - at < SETTINGS.callDeadlineMs)) passes(random(900));
      else while (begun.length > 0) await ends();
      expect(there.breaker.state).toBe(model.state);
      seen[model.state] += 1;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  },
);
