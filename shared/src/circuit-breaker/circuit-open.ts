import { Unavailable } from '../errors/index.js';

/** A breaker did not let the call through: what it protects is failing, and was not asked. */
export class CircuitOpen extends Unavailable {
  /** @param retryAfterMs after which asking again may help. */
  constructor(
    what: string,
    override readonly retryAfterMs: number,
  ) {
    super(what);
    this.name = 'CircuitOpen';
  }
}
