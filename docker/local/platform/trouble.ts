const troubled = /"level":[456]0\b/;
const levels: Record<number, string> = { 40: 'warning', 50: 'error', 60: 'fatal' };

interface LogLine {
  level: number;
  msg?: string;
  err?: { message?: string };
}

/**
 * What a line of a service's output says that a person should see: a warning, an error, or anything that is
 * no log line at all, such as what Node prints about a crash.
 */
export function troubleIn(line: string): string | undefined {
  if (!line.startsWith('{')) return line.trim() ? line : undefined;
  // Told by the text alone: under load there are thousands of lines a second that are no trouble.
  if (!troubled.test(line)) return undefined;
  const { level, msg = '', err } = parse(line);
  const cause = err?.message && err.message !== msg ? ` (${err.message})` : '';
  return level in levels ? `${levels[level]}: ${msg}${cause}` : line;
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    // Cut off, or no log line after all: shown as it is.
    return { level: 0 };
  }
}
