import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { openHome, root, type Home } from '../home.ts';
import { openSecrets } from '../secrets.ts';
import { readState } from './state.ts';

export interface RunScriptOptions {
  /** Whose platform. Default: the usual one. */
  home?: Home;
  /** Added to what the script is told of the platform. */
  env?: NodeJS.ProcessEnv;
  /** Ends the script. */
  signal?: AbortSignal;
}

/**
 * Runs a built script against the platform that runs in the home, with its output passed on untouched.
 * @param script relative to the checkout
 * @returns its exit code
 */
export async function runAgainstPlatform(
  script: string,
  args: string[],
  options: RunScriptOptions = {},
): Promise<number> {
  const { home = openHome(), signal } = options;
  const state = readState(home);
  const env = {
    ...process.env,
    ADMIN_DATABASE_URL: state.databaseUrl,
    REDIS_URL: state.redisUrl,
    AMQP_URL: state.amqpUrl,
    NAMESPACE: state.namespace,
    ACCESS_TOKEN_KEYS_FILE: state.accessTokenKeysFile,
    PERSONAL_DATA_KEYS: openSecrets(home).personalDataKeys,
    GATEWAY_URL: state.gatewayUrl,
    EMULATORS_URL: state.emulatorsUrl,
    ...options.env,
  };
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, script), ...args], {
    env,
    stdio: 'inherit',
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
  signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
