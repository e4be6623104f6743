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

/**
 * Whether it is this one recipient that the server will never take. Sayings about the mail system, the network,
 * the session or a policy (RFC 3463: x.3 to x.5, x.7) are not: "relaying denied" or a daily limit that is used up
 * comes as a 5xx to RCPT TO as well, and passes, once somebody sees to it.
 */
export function refusesRecipient({ command, responseCode = 0, status = '' }: Failure): boolean {
  if (command !== 'RCPT TO' || responseCode < 500 || responseCode > 599 || responseCode === 503) return false;
  return !/^\d\.[3457]\./.test(status);
}

/** Where it failed, without what it said. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^ {4}at /.test(line));
}
