import { openLoad, type LoadGenerator, type LoadOptions, type LoadResult } from './load.js';

// The load generator as a process of its own, so that its CPU time can be told from what it measures.

/** What the parent asks for; each is answered by one `Reply` of the same id. */
export type Command = { id: number } & (
  | { kind: 'open'; host: string; port: number; connections: number }
  | { kind: 'each'; request: Uint8Array }
  | { kind: 'run'; options: Omit<LoadOptions, 'onProgress'> }
);

export type Reply =
  { id: number; result: unknown } | { id: number; error: string } | { id: number; settled: number };

let load: LoadGenerator | undefined;

async function obey(command: Command): Promise<unknown> {
  if (command.kind === 'open') {
    load?.close();
    load = openLoad(command.host, command.port, command.connections);
    return undefined;
  }
  if (!load) throw new Error('no connections are open');
  if (command.kind === 'each') return load.eachConnection(command.request);
  const onProgress = (settled: number) => send({ id: command.id, settled });
  return load.run({ ...command.options, onProgress }) satisfies Promise<LoadResult>;
}

const send = (reply: Reply) => void process.send?.(reply);

process.on('message', (command: Command) => {
  obey(command).then(
    (result) => send({ id: command.id, result }),
    (error: unknown) => send({ id: command.id, error: (error as Error).message }),
  );
});
// Whoever started it is gone, or needs it no more.
process.on('disconnect', () => process.exit());
