import { z } from 'zod';
import { json, parseJson, type Answer } from './http.js';

/** What can be made to fail; a target appears here with its emulator. */
const OPERATIONS = { kakaopay: ['ready', 'approve', 'cancel', 'lookup'] } as const;
const FAULTS = ['timeout-before', 'timeout-after', 'error-500', 'decline', 'none'] as const;
/** Only these can be refused by the buyer's bank. */
const DECLINABLE: readonly string[] = ['approve', 'cancel'];

export type Target = keyof typeof OPERATIONS;
export type Operation = (typeof OPERATIONS)[Target][number];
export interface Fault {
  target: Target;
  operation: Operation;
  fault: Exclude<(typeof FAULTS)[number], 'none'>;
  /** How many more calls it spoils. */
  times: number;
  delayMs: number;
}

const targets = Object.keys(OPERATIONS).join(', ');
const schema = z
  .strictObject({
    target: z.literal('kakaopay', `no such target; there is: ${targets}`),
    operation: z
      .enum(OPERATIONS.kakaopay, `no such operation; there is: ${OPERATIONS.kakaopay.join(', ')}`)
      .optional(),
    fault: z.enum(FAULTS, `no such fault; there is: ${FAULTS.join(', ')}`),
    times: z.int().min(0).max(100_000).default(1),
    delayMs: z.int().min(0).max(600_000).default(0),
  })
  .refine((order) => order.fault === 'none' || order.operation !== undefined, {
    path: ['operation'],
    message: 'required, unless fault is none',
  })
  .refine((order) => order.fault !== 'decline' || DECLINABLE.includes(order.operation ?? ''), {
    path: ['fault'],
    message: `decline belongs to: ${DECLINABLE.join(', ')}`,
  });

/**
 * The switch of faults: one per target and operation, a new one replaces the old, each is gone after `times` calls.
 * `none` (or times 0) clears the operation's, without an operation all of the target's.
 */
export class Faults {
  readonly #armed = new Map<string, Fault>();

  list(): Fault[] {
    return [...this.#armed.values()];
  }

  /** The fault that this call is to meet, if any; counts it down. */
  take(target: Target, operation: Operation): Fault | undefined {
    const key = `${target}.${operation}`;
    const fault = this.#armed.get(key);
    if (!fault) return undefined;
    if (fault.times === 1) this.#armed.delete(key);
    else this.#armed.set(key, { ...fault, times: fault.times - 1 });
    return fault;
  }

  /** POST /faults: 200 with all that is armed now, or 400 with what was wrong. */
  arm(body: string): Answer {
    const parsed = schema.safeParse(parseJson(body));
    if (!parsed.success) return json(400, { error: 'BAD_FAULT', problems: problemsOf(parsed.error) });
    const { target, fault, times, delayMs } = parsed.data;
    const operations = parsed.data.operation ? [parsed.data.operation] : OPERATIONS[target];
    for (const operation of operations) {
      const key = `${target}.${operation}`;
      this.#armed.delete(key);
      if (fault !== 'none' && times > 0) this.#armed.set(key, { target, operation, fault, times, delayMs });
    }
    return json(200, { faults: this.list() });
  }
}

function problemsOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
}
