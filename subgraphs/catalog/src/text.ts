import { isStorable } from '@stampede/shared/graphql';
import { z } from 'zod';

/** Plain text: what looks like HTML is kept, and given back, as the characters that it is. */
export const text = (least: number, most: number) =>
  z.string().refine((value) => value.trim().length >= least && value.length <= most && isStorable(value), {
    message: `has ${least} to ${most} characters, of plain text.`,
  });
