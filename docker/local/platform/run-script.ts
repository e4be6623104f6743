import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { openHome, root } from '../home.ts';
import { openSecrets } from '../secrets.ts';
import { readState } from './state.ts';

/**
 * Runs a built script against the platform that runs in the home, with its output passed on untouched.
 * @param script relative to the checkout
 * @returns its exit code
 */
export async function runAgainstPlatform(script: string, args: string[]): Promise<number> {
  const home = openHome();
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
  };
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, script), ...args], {
    env,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
