/** The servers that Stampede stands on. */
export const serverNames = ['postgresql', 'redis', 'rabbitmq'] as const;
export type ServerName = (typeof serverNames)[number];

/** A server that was found or started. */
export interface RunningServer {
  name: ServerName;
  url: string;
  /** Where it comes from, for a person. */
  origin: string;
  /** Resolves with how it ended, where that can be known; of one that is kept running, when that has failed. */
  died?: Promise<string>;
  /** From now on it is started again when it ends by itself, at the same place and with its data. */
  keep?: (report: (line: string) => void) => void;
  lastLines: () => string | Promise<string>;
  /** Stops what was started here; nothing of it is left running. */
  stop: () => Promise<void>;
}
