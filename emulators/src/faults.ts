import { z } from 'zod';
import { json, parseJson, type Answer } from './http.js';

/** What a call meets that fails as networks and servers do, whoever is emulated. */
const OUTAGES = ['timeout-before', 'timeout-after', 'error-500'] as const;

/** A call that nobody answers, and that is carried out in the end, after `delayMs`. */
const LATE = 'timeout-later';

/** A provider that people sign in by; `nonsense` is 200 with a text that is not JSON. */
const LOGIN = {
  discovery: [...OUTAGES, 'nonsense'],
  token: [...OUTAGES, 'decline', 'nonsense'],
  profile: [...OUTAGES, 'decline', 'nonsense'],
  keys: [...OUTAGES, 'nonsense'],
} as const;

/** What can be made to fail, and how: target, operation, its faults. A target has its row with its emulator. */
const TARGETS = {
  kakaopay: {
    ready: OUTAGES,
    approve: [...OUTAGES, 'decline', LATE],
    cancel: [...OUTAGES, 'decline', LATE],
    lookup: OUTAGES,
  },
  toss: {
    confirm: [...OUTAGES, 'decline', LATE],
    lookup: OUTAGES,
    cancel: [...OUTAGES, 'decline', LATE],
  },
  kakao: LOGIN,
  naver: LOGIN,
  mail: { send: [...OUTAGES, 'decline'] },
  // `slow` is the usual answer, late.
  shopping: { search: [...OUTAGES, 'decline', 'nonsense', 'slow'] },
} as const;

type Targets = typeof TARGETS;
export type Target = keyof Targets;
export type OperationOf<T extends Target> = keyof Targets[T] & string;
export type FaultOf<T extends Target> = Targets[T][keyof Targets[T]] extends readonly (infer F extends
  string)[]
  ? F
  : never;
export interface Fault<F extends string = string> {
  target: Target;
  operation: string;
  fault: F;
  /** How many more calls it spoils. */
  times: number;
  delayMs: number;
}

const FAULTS_BY_TARGET: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = TARGETS;
const ALL_FAULTS = [
  ...new Set(Object.values(FAULTS_BY_TARGET).flatMap((each) => Object.values(each).flat())),
];

const schema = z
  .strictObject({
    target: z.enum(
      Object.keys(TARGETS) as Target[],
      `no such target; there is: ${Object.keys(TARGETS).join(', ')}`,
    ),
    operation: z.string().optional(),
    fault: z.enum(['none', ...ALL_FAULTS], `no such fault; there is: ${[...ALL_FAULTS, 'none'].join(', ')}`),
    times: z.int().min(0).max(100_000).default(1),
    delayMs: z.int().min(0).max(600_000).default(0),
  })
  .superRefine(({ target, operation, fault }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const faults = FAULTS_BY_TARGET[target] ?? {};
    if (operation === undefined) {
      if (fault !== 'none') refuse('operation', 'required, unless fault is none');
    } else if (!Object.hasOwn(faults, operation)) {
      refuse('operation', `no such operation; there is: ${Object.keys(faults).join(', ')}`);
    } else if (fault !== 'none' && !faults[operation]?.includes(fault)) {
      refuse('fault', `${fault} belongs to: ${operationsWith(fault)}`);
    }
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
  take<T extends Target>(target: T, operation: OperationOf<T>): Fault<FaultOf<T>> | undefined {
    const key = `${target}.${operation}`;
    const fault = this.#armed.get(key);
    if (!fault) return undefined;
    if (fault.times === 1) this.#armed.delete(key);
    else this.#armed.set(key, { ...fault, times: fault.times - 1 });
    // Armed only as the table has it.
    return fault as Fault<FaultOf<T>>;
  }

  /** POST /faults: 200 with all that is armed now, or 400 with what was wrong. */
  arm(body: string): Answer {
    const parsed = schema.safeParse(parseJson(body));
    if (!parsed.success) return json(400, { error: 'BAD_FAULT', problems: problemsOf(parsed.error) });
    const { target, operation: named, ...order } = parsed.data;
    for (const operation of named === undefined ? Object.keys(TARGETS[target]) : [named]) {
      const key = `${target}.${operation}`;
      this.#armed.delete(key);
      if (order.fault !== 'none' && order.times > 0) this.#armed.set(key, { target, operation, ...order });
    }
    return json(200, { faults: this.list() });
  }
}

/** As `target.operation`, by commas. */
function operationsWith(fault: string): string {
  return Object.entries(FAULTS_BY_TARGET)
    .flatMap(([target, operations]) =>
      Object.keys(operations)
        .filter((operation) => operations[operation]?.includes(fault))
        .map((operation) => `${target}.${operation}`),
    )
    .join(', ');
}

function problemsOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
}
