import { fileURLToPath } from 'node:url';
import { spawnChild } from '../../child/spawn-child.js';
import type { ReaderWork } from './read-process.js';
import type { Reader } from './reader.js';

export interface SpawnedReader extends Omit<Reader, 'close'> {
  pid: number;
  close(): Promise<void>;
}

/** @param requests one for each connection, as `stockRequest` makes it */
export async function spawnReader(gateway: URL, requests: Uint8Array[]): Promise<SpawnedReader> {
  const entry = fileURLToPath(new URL('../../../dist/stock-reads/reader/read-process.js', import.meta.url));
  const child = await spawnChild<ReaderWork>(entry, 'readers’ process');
  await child.ask('open', { host: gateway.hostname, port: Number(gateway.port), requests });
  return {
    pid: child.pid,
    sweep: (ids) => child.ask('sweep', ids),
    run: (wish, onProgress) => child.ask('run', wish, onProgress),
    close: child.close,
  };
}
