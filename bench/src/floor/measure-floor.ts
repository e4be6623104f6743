import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SpawnedGenerator } from '../load/spawn-generator.js';
import { cpuSeconds } from '../measure/cpu.js';

/** What the load generator and a server that does nothing reach together on this machine. */
export interface Floor {
  requests: number;
  seconds: number;
  perSecond: number;
  generatorMicroseconds: number | null;
  serverMicroseconds: number | null;
}

const FOR_MS = 3_000;

/** Puts the same requests on a bare `node:http` server with a constant answer, for about three seconds. */
export async function measureFloor(
  generator: SpawnedGenerator,
  requests: Uint8Array[],
  connections: number,
): Promise<Floor> {
  const entry = fileURLToPath(new URL('../../dist/floor/server.js', import.meta.url));
  const server = fork(entry);
  try {
    const [port] = (await once(server, 'message')) as [number];
    await generator.connect(new URL(`http://127.0.0.1:${port}`), connections);
    await generator.eachConnection(requests[0]!);
    await generator.run({ requests });

    const before = { generator: cpuSeconds(generator.pid), server: cpuSeconds(server.pid!) };
    let sent = 0;
    let busyMs = 0;
    while (busyMs < FOR_MS) {
      const { answers } = await generator.run({ requests });
      const failed = answers.find(({ status }) => status !== 200);
      if (failed) throw new Error(`the bare server did not answer: ${failed.body}`);
      sent += requests.length;
      // Handing over the requests and their answers is not part of it.
      busyMs += answers.reduce((latest, { answeredMs }) => Math.max(latest, answeredMs), 0);
    }
    const microseconds = (pid: number, from: number | undefined) => {
      const to = cpuSeconds(pid);
      return to === undefined || from === undefined ? null : ((to - from) / sent) * 1e6;
    };
    return {
      requests: sent,
      seconds: busyMs / 1_000,
      perSecond: sent / (busyMs / 1_000),
      generatorMicroseconds: microseconds(generator.pid, before.generator),
      serverMicroseconds: microseconds(server.pid!, before.server),
    };
  } finally {
    if (server.connected) server.disconnect();
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
}
