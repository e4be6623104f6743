import { z } from 'zod';
import { isLoopback } from './loopback.js';

/** What marks a secret as one that stands in this repository, for local starts only. */
const LOCAL_SECRET = /\blocal-only-/;

/** What the `meta` of a field may say, of production for the most part. */
interface Marks {
  /** A list that may also be given as one, by its name without the S at the end. */
  orOne?: boolean;
  /** Addresses, by commas, that have to be https, and of other machines. */
  httpsOnly?: boolean;
  /** Whether its default is for local starts only. */
  required?: boolean;
  /** @returns what is wrong with a value there. */
  refused?: (value: string) => string | undefined;
}

/** What production refuses, whatever the schema says: local secrets, demo data, addresses and defaults of local starts. */
export function productionProblems(
  shape: z.ZodRawShape,
  values: Record<string, string | undefined>,
): string[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    const value = values[name];
    const problem = value === undefined ? problemOfNone(field) : problemOf(name, value, metaOf(field));
    return problem ? [`${name}: ${problem}`] : [];
  });
}

/** Where there is no default, the schema itself says that a value is missing. */
const problemOfNone = (field: z.core.$ZodType) =>
  metaOf(field).required && z.safeParse(field, undefined).success
    ? 'production needs one of its own'
    : undefined;

function problemOf(name: string, value: string, { httpsOnly, refused }: Marks): string | undefined {
  if (LOCAL_SECRET.test(value)) return 'is a local secret; production needs one of its own';
  if (name === 'STAMPEDE_DEMO' && value === '1') return 'production runs without demo data';
  if (httpsOnly && value.split(',').some((url) => !url.trim().startsWith('https://'))) {
    return 'production speaks https, and never to emulators';
  }
  // Of `https://localhost:*`, any port, only the rest is a URL.
  if (httpsOnly && value.split(',').some((url) => isLoopback(url.replace(/:\*$/, '')))) {
    return 'is an address of this machine, as emulators have';
  }
  return refused?.(value);
}

/** An optional or defaulted field wraps the one that carries the marks. */
export function metaOf(field: unknown): Marks {
  const type = field as z.ZodOptional | undefined;
  return { ...(type?.unwrap && metaOf(type.unwrap())), ...type?.meta?.() };
}
