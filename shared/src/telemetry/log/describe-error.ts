import { withoutPrivate } from './without-private.js';

/**
 * What libraries say about an error without quoting what was worked on. All else (PostgreSQL's `detail` and `where`,
 * parameters, commands of Redis, bodies, inputs, a GraphQLError's source and extensions) may hold a person's data.
 */
const SAFE = [
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'errno',
  'port',
  'statusCode',
] as const;

/** Of causes in causes, and of the errors of one. */
const DEEPEST = 4;
const MOST = 4;

export interface DescribedError {
  type: string;
  message: string;
  stack?: string;
  cause?: DescribedError;
  errors?: DescribedError[];
  [field: string]: unknown;
}

/** What a log says of an error: its type, its message without what it quotes, where it was thrown, and its causes. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const fields = error as Error & Record<string, unknown>;
  const { name, stack, cause, errors } = fields;
  const deeper = depth < DEEPEST;
  return {
    type: name === 'Error' ? error.constructor.name : name,
    message: messageOf(fields),
    ...Object.fromEntries(SAFE.flatMap((field) => (isPlain(fields[field]) ? [[field, fields[field]]] : []))),
    ...(stack !== undefined && { stack: framesOf(stack, fields.message) }),
    ...(deeper && cause instanceof Error && { cause: describeError(cause, depth + 1) }),
    ...(deeper &&
      Array.isArray(errors) && {
        errors: errors.slice(0, MOST).map((one: unknown) => describeError(one, depth + 1)),
      }),
  };
}

const isPlain = (value: unknown) => typeof value === 'number' || typeof value === 'string';

/** Without the message, which is in it once more as it was, and may hold lines that look like frames. */
const framesOf = (stack: string, message: string): string =>
  /^\s+at .*/ms.exec(stack.replace(message, () => ''))?.[0] ?? '';

function messageOf({ name, message, code, severity }: Error & Record<string, unknown>): string {
  // JSON.parse quotes the text that it stumbled on.
  if (name === 'SyntaxError' && / JSON\b/.test(message)) return 'not JSON';
  // It lists the problems of an input, whose texts may quote it: where they are is enough.
  if (name === 'ZodError') return `does not fit its schema: ${pathsIn(message)}`;
  // Class 22: a value that does not fit its type, quoted; 23: some of them quote a row.
  const isOfData = severity !== undefined && typeof code === 'string' && /^2[23]/.test(code);
  if (isOfData) return withoutPrivate(message.replace(/: ".*"/s, ': […]'));
  return withoutPrivate(message.replace(/(invalid value|cannot represent[^:]{0,100}:) .*/s, '$1 […]'));
}

function pathsIn(message: string): string {
  try {
    const issues = JSON.parse(message) as { path?: unknown[]; code?: unknown }[];
    const where = issues
      .slice(0, MOST)
      .map(({ path = [], code }) => `${path.join('.') || '(root)'} ${String(code)}`);
    // A key of a record may be a person's.
    return withoutPrivate(where.join(', '));
  } catch {
    return 'unreadable';
  }
}
