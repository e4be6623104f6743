import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../emulators/dist/main.js', import.meta.url));

export interface Emulators extends AsyncDisposable {
  url: string;
  /** Arms a fault, or ends one with `none`. `delayMs`: until a withheld answer ends with its connection. */
  fault(target: 'kakaopay' | 'toss', operation: string, fault: string, delayMs?: number): Promise<void>;
}

/** The emulators as a process of their own, as everywhere else. */
export async function startEmulators(variables: Record<string, string> = {}): Promise<Emulators> {
  const child = spawn(process.execPath, [main], {
    env: { PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    fault: async (target, operation, fault, delayMs = 20) => {
      const body = JSON.stringify({ target, operation, fault, delayMs });
      const response = await fetch(`${url}/faults`, { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
