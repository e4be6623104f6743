import type { z } from 'zod';

/** What marks a secret as one that stands in this repository, for local starts only. */
const LOCAL_SECRET = /\blocal-only-/;

/** What production refuses, whatever the schema says: local secrets, demo data, plain-http addresses. */
export function productionProblems(
  shape: z.ZodRawShape,
  values: Record<string, string | undefined>,
): string[] {
  return Object.entries(values).flatMap(([name, value = '']) => {
    if (LOCAL_SECRET.test(value)) return [`${name}: is a local secret; production needs one of its own`];
    if (name === 'STAMPEDE_DEMO' && value === '1') return [`${name}: production runs without demo data`];
    if (isHttpsOnly(shape[name]) && value.split(',').some((url) => !url.trim().startsWith('https://'))) {
      return [`${name}: production speaks https, and never to emulators`];
    }
    return [];
  });
}

function isHttpsOnly(field: unknown): boolean {
  const type = field as z.ZodOptional | undefined;
  // An optional or defaulted field wraps the one that carries the mark.
  return type?.meta?.()?.httpsOnly === true || (type?.unwrap !== undefined && isHttpsOnly(type.unwrap()));
}
