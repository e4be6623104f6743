import { z } from 'zod';

/**
 * Base URLs of another service of the house, each once and in one form: `NAME_URLS` has several, by commas, and
 * `NAME_URL` is one, whose host name may stand for several addresses. One of the two is needed, and not both; what is
 * read is called `NAME_URLS` whichever it was.
 */
export const serviceUrls = () =>
  z
    .string('is needed, or with an S at its end several of them by commas')
    .transform((text, context) => {
      const origins = text.split(',').map((entry) => originOf(entry.trim()));
      for (const [index, origin] of origins.entries()) {
        if (origin === undefined) {
          context.addIssue(`its entry ${index + 1} is no base URL, such as http://order:4000`);
        } else if (origins.indexOf(origin) < index) {
          context.addIssue(`its entry ${index + 1} is one that was there before`);
        }
      }
      return origins.filter((origin) => origin !== undefined);
    })
    .meta({ orOne: true });

/** Without its path: each service knows those of the others. Undefined also for names and passwords, and questions. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  return url.href === url.origin + url.pathname ? url.origin : undefined;
}
