import type { Command, Reply, Work } from './protocol.js';

/** Does what the parent process asks for, until it is gone or needs this one no more. */
export function serveParent(work: Work): void {
  const send = (reply: Reply) => void process.send?.(reply);
  const obey = async ({ id, kind, wish }: Command): Promise<unknown> =>
    work[kind]!(wish as never, (done) => send({ id, done }));
  process.on('message', (command: Command) => {
    obey(command).then(
      (result) => send({ id: command.id, result }),
      (error: unknown) => send({ id: command.id, error: (error as Error).message }),
    );
  });
  process.on('disconnect', () => process.exit());
}
