import type { Log, Metrics } from '../telemetry/index.js';

/** Why a connection was closed without a word: there are as many as may be, or too many requests wait over it. */
export type Closed = 'full' | 'pipelined';

/** Under a flood, a line for each would be one more. */
const SAY_EVERY_MS = 60_000;

/**
 * Tells operators how many connections there are, and of each that is closed: in the log once a minute at most.
 *
 * @param open how many there are now.
 * @returns what counts one that is closed.
 */
export function openConnectionFigures(
  open: () => number,
  log: Log,
  metrics: Metrics | undefined,
): (why: Closed) => void {
  metrics?.reading('http_connections', 'Open connections of clients, WebSockets among them.', open);
  const closed = metrics?.counter(
    'http_connections_closed_total',
    'Connections that were closed without a word: as many were open as may be, or too many requests waited over one.',
    ['reason'],
  );
  for (const reason of ['full', 'pipelined'] as const) closed?.inc({ reason }, 0);
  let saidAt = -Infinity;
  return (reason) => {
    closed?.inc({ reason });
    const now = performance.now();
    if (now - saidAt < SAY_EVERY_MS) return;
    saidAt = now;
    log.warn({ reason, open: open() }, 'connections are closed without a word; said once a minute at most');
  };
}
