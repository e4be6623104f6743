/** More is asked than can be done, and this is what is left out. */
export class Overloaded {
  /** @param retryAfterMs after which asking again may help: longer the more there is, and never the same for two. */
  constructor(readonly retryAfterMs: number) {}
}
