import { pino, type Logger } from 'pino';

export type Log = Logger;

/** One JSON line per event on stdout, named by the service. Nothing personal and no token is ever logged. */
export function openLog(service: string, level: string): Log {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        '*.token',
        '*.password',
        '*.email',
        '*.authorization',
        'headers.authorization',
        'headers.cookie',
      ],
      remove: true,
    },
  });
}
