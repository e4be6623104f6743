import { repeat } from '@stampede/shared/background';
import { badInput } from '@stampede/shared/errors';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { GraphQLError } from 'graphql';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readManifest, type Manifest } from './manifest.js';

export interface SafelistSettings {
  /** `require` runs what is listed and nothing else; `log` runs everything, and tells what is not listed. */
  mode: 'log' | 'require';
  file: string;
  /** What the file says at the start. */
  text: string;
}

export interface SafelistOptions {
  /** Milliseconds from one look at the file to the next; 0 never looks again. */
  everyMs: number;
  log: Log;
  metrics: Metrics;
}

export interface Safelist {
  /**
   * Takes a request as it was sent, by text, by id or by both, whichever way it came.
   *
   * @returns it with the text that it stands for; or why it is refused. What is no request at all is given back as it
   *   is, and refused by whoever reads it.
   */
  admit<T>(sent: T): T | GraphQLError;
  close(): Promise<void>;
}

/** What a request may say of its operation, beside all else. */
interface Named {
  query?: unknown;
  /** What some clients send in the place of a text. */
  id?: unknown;
  documentId?: unknown;
  extensions?: unknown;
  operationName?: unknown;
}

/** Unlisted operations that are told of by name; all of them are counted. */
const MOST_TOLD = 1_000;
const NAME = /^\w{1,100}$/;

/** Opens the list of operations that may be run, and follows its file: a client may be rolled out meanwhile. */
export function openSafelist(
  settings: SafelistSettings,
  { everyMs, log, metrics }: SafelistOptions,
): Safelist {
  const { mode, file } = settings;
  let known = settings.text;
  let manifest: Manifest = readManifest(known);
  let failing = false;
  const unlisted = metrics.counter(
    'safelist_unknown_total',
    'Requests for operations that are not on the safelist.',
  );
  const told = new Set<string>();

  async function look(): Promise<number> {
    try {
      const found = await readFile(file, 'utf8');
      if (found !== known) {
        manifest = readManifest(found);
        known = found;
        log.info({ file, operations: manifest.bodies.size }, 'went over to another safelist');
      }
      failing = false;
    } catch (error) {
      if (!failing) log.error({ err: error, file }, 'the safelist cannot be read: the one before stays');
      failing = true;
    }
    return everyMs;
  }

  /** By its hash: a text may have values in it that are somebody's. */
  function tell({ operationName }: Named, asked: string): void {
    unlisted.inc();
    if (mode === 'require' || told.size >= MOST_TOLD) return;
    const sha256 = createHash('sha256').update(asked).digest('hex');
    if (told.has(sha256)) return;
    told.add(sha256);
    const name = typeof operationName === 'string' && NAME.test(operationName) ? operationName : undefined;
    log.warn({ sha256, operationName: name }, 'an operation is not on the safelist');
  }

  const looking = everyMs > 0 ? repeat(look) : undefined;
  return {
    admit: <T>(sent: T): T | GraphQLError => {
      if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return sent;
      const named: Named = sent;
      const text = typeof named.query === 'string' && named.query !== '' ? named.query : undefined;
      const key = keyOf(named);
      if (key === undefined && text !== undefined && manifest.bodies.has(text)) return sent;
      const asked = text ?? key;
      if (asked === undefined) return sent;
      const body = key === undefined ? undefined : manifest.byKey.get(key);
      if (body !== undefined && (text === undefined || text === body)) return byText(named, body) as T;
      tell(named, asked);
      return mode === 'require' ? notListed() : sent;
    },
    close: async () => looking?.close(),
  };
}

/** Apollo's clients send the id of the manifest, or the hash of the text, as the hash of a persisted query. */
function keyOf({ extensions, documentId, id }: Named): string | undefined {
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
  for (const key of [persistedQuery?.sha256Hash, documentId, id]) if (typeof key === 'string') return key;
  // A hash of another kind is a name all the same, of nothing.
  return persistedQuery == null ? undefined : '';
}

/** With the text alone: by what else it was called, nobody has to know any more. */
function byText(named: Named, query: string): Named {
  const { persistedQuery: _, ...others } = (named.extensions ?? {}) as Record<string, unknown>;
  const extensions = Object.keys(others).length > 0 ? others : undefined;
  const kept = Object.entries({ ...named, query, extensions, id: undefined, documentId: undefined });
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

const notListed = () =>
  badInput({ path: 'query', message: 'only operations of the list that this gateway was given are run.' });
