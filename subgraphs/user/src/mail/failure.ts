/** Of something that failed, what may be logged: servers and libraries put addresses into their messages. */
export interface Failure {
  error: string;
  /** Of SMTP, that was being answered. */
  command?: string;
  responseCode?: number;
  /** Of the answer, as in RFC 3463: 5.1.1. */
  status?: string;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, command, responseCode, response } = error as Error & Record<string, unknown>;
  const status = typeof response === 'string' && /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  return {
    error: isWord(code) ? code : error.name,
    ...(isWord(command) && { command }),
    ...(typeof responseCode === 'number' && { responseCode }),
    ...(status && { status }),
  };
}

const isWord = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Z][A-Z0-9_ ]{0,31}$/.test(value);

/** RFC 3463 and 7505: a mail box, domain or address that is not there, has moved, takes no mail, or is disabled. */
const NO_SUCH_RECIPIENT = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);

/**
 * Whether it is this one recipient that the server will never take. Much else comes as a 5xx to RCPT TO as well, with
 * a status or without one: a sender or a client that is refused (Postfix says so there first), "relaying denied", a
 * daily limit, a full box. All of that passes, once somebody sees to it.
 */
export const refusesRecipient = ({ command, responseCode = 0, status = '' }: Failure): boolean =>
  command === 'RCPT TO' && responseCode >= 500 && responseCode <= 599 && NO_SUCH_RECIPIENT.has(status);

/** Where it failed, without what it said. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^ {4}at /.test(line));
}
