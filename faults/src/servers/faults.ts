import type { Slowness } from '@stampede/shared/testing';
import type { Links } from './links.js';
import { linksTo } from './needs.js';
import { SERVERS, type Order } from './own-servers.js';

/** Something that happens to a server, or to a network, and passes. */
export interface ServerFault {
  name: string;
  /** Milliseconds from its beginning to its end. */
  lastsMs: number;
  /** The links that do not work meanwhile. */
  away: readonly string[];
  begin(): Promise<void>;
  /** Resolves when it is over: a server that was killed serves again. */
  end(): Promise<void>;
}

const SLOW: Record<string, Slowness> = {
  '200 ms late': { latencyMs: 200 },
  '2 s late': { latencyMs: 2_000 },
  'at 4 kB/s': { bytesPerSecond: 4_000 },
};

const KILLED_MS = 5_000;
const PAUSED_MS = 10_000;
const CUT_MS = 6_000;
/** Longer than anybody waits for an answer, so that all of them are met. */
const SILENT_MS = 14_000;

/** Everything that can be away, in every way: first the servers themselves, then each network between two. */
export function listFaults(links: Links, order: Order): ServerFault[] {
  const names = links.names();
  const ofServers = SERVERS.flatMap((server): ServerFault[] => {
    const away = linksTo(server, names);
    return [
      {
        name: `${server} killed`,
        lastsMs: KILLED_MS,
        away,
        begin: () => order('kill', server),
        end: () => order('start', server),
      },
      {
        name: `${server} stopped for 10 s`,
        lastsMs: PAUSED_MS,
        away,
        begin: () => order('pause', server),
        end: () => order('resume', server),
      },
    ];
  });
  return [...ofServers, ...names.flatMap((name) => faultsOf(links, name))];
}

function faultsOf(links: Links, name: string): ServerFault[] {
  const link = links.link(name);
  const fault = (how: string, lastsMs: number, begin: () => void): ServerFault => ({
    name: `${name} ${how}`,
    lastsMs,
    away: [name],
    begin: async () => begin(),
    end: async () => link.restore(),
  });
  return [
    fault('cut', CUT_MS, link.cut),
    fault('silent', SILENT_MS, link.freeze),
    fault('forgotten', SILENT_MS, link.forget),
    fault('without answers', SILENT_MS, () => link.cutOneWay('answers')),
    fault('without requests', SILENT_MS, () => link.cutOneWay('requests')),
    ...Object.entries(SLOW).map(([how, slowness]) => fault(how, CUT_MS, () => link.slow(slowness))),
  ];
}
