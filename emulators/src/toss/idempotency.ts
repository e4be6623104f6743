import type { Answer } from '../http.js';
import type { ErrorCode } from './errors.js';

const MAX_KEYS = 50_000;
const MAX_LENGTH = 300;
const VALID_MS = 15 * 24 * 3_600_000;

/** The first call of a key is carried out, and its answer, whatever it is, becomes that of all later ones. */
export type Claim =
  | { kind: 'first'; remember: (answer: Answer) => Answer }
  | { kind: 'again'; answer: Answer }
  | { kind: 'refused'; code: ErrorCode };

export interface Scope {
  /** The Idempotency-Key; a call without one is always a first one. */
  key: string | undefined;
  secretKey: string;
  method: string;
  path: string;
}

/** What was answered under which key. Bodies are not compared, as Toss Payments documents it. */
export class Idempotency {
  readonly #answers = new Map<string, { since: number; answer?: Answer }>();

  constructor(private readonly now: () => Date) {}

  claim({ key, ...scope }: Scope): Claim {
    if (key === undefined) return { kind: 'first', remember: (answer) => answer };
    if (key.length > MAX_LENGTH) return { kind: 'refused', code: 'INVALID_IDEMPOTENCY_KEY' };
    const name = JSON.stringify([scope.secretKey, scope.method, scope.path, key]);
    const known = this.#answers.get(name);
    const now = this.now().getTime();
    if (known && now - known.since < VALID_MS) {
      if (known.answer) return { kind: 'again', answer: known.answer };
      return { kind: 'refused', code: 'IDEMPOTENT_REQUEST_PROCESSING' };
    }
    this.#answers.delete(name);
    this.#answers.set(name, { since: now });
    if (this.#answers.size > MAX_KEYS) this.#answers.delete(this.#answers.keys().next().value ?? '');
    const remember = (answer: Answer): Answer => {
      this.#answers.set(name, { since: now, answer });
      return answer;
    };
    return { kind: 'first', remember };
  }
}
