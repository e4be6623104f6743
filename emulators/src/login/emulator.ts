import type { Faults } from '../faults.js';
import type { Answer, Request } from '../http.js';

export interface LoginParts {
  faults: Faults;
  now: () => Date;
  /** Where this process is reached. */
  origin: () => string;
  /** The one that applications show, whatever their client id. */
  clientSecret: string;
}

export interface LoginEmulator {
  answer(request: Request): Answer | Promise<Answer>;
}
