import { createServer } from 'node:net';

/**
 * Below those that the system gives to outgoing connections (32,768 and above on Linux), and those of the run's own
 * servers: no connection takes a port before the process that it is for has started.
 */
const LOWEST = 10_000;
/** So many for each worker of jest, which open their shops at the same time. */
const EACH = 1_000;
const WORKERS = 10;

const first = LOWEST + EACH * (Number(process.env.JEST_WORKER_ID ?? 0) % WORKERS);
/** Never the same one soon again. */
let next = Math.floor(Math.random() * EACH);

/** As many TCP ports on 127.0.0.1 as asked for, all different, on which nobody listens. @throws Error when there are too few */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries === EACH) throw new Error(`fewer than ${count} ports from ${first} on are free`);
    const port = first + next;
    next = (next + 1) % EACH;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
