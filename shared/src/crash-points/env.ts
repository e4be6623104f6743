import { z } from 'zod';
import type { CrashPoint } from './crash-point.js';

const FORM = /^([\w.-]+\/(?:commit|publish|ack|script|call|ask)\/(?:before|after))(?:#([1-9]\d{0,8}))?$/;
const FOR_TESTS = { refused: () => 'is for tests, which have a process die of it' };

/** For tests of what a crash leaves behind; production refuses both. */
export const crashEnv = {
  /** `place-order/commit/after`; `place-order/commit/after#3` is the third time that it is passed. */
  CRASH_AT: z
    .string()
    .regex(
      FORM,
      'the name of a crash point, such as place-order/commit/before, or place-order/commit/before#3',
    )
    .transform((text) => {
      const [, point, passing = 1] = FORM.exec(text) ?? [];
      return { point: point as CrashPoint, passing: Number(passing) };
    })
    .optional()
    .meta(FOR_TESTS),
  /** To which each name is appended that the process passes. */
  CRASH_POINTS_FILE: z.string().optional().meta(FOR_TESTS),
};
