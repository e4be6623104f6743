/**
 * Reads what `npm start` is told by its environment.
 * @throws Error that says which value is wrong
 */
export function readStartEnv(env: NodeJS.ProcessEnv = process.env): { port: number; demo: boolean } {
  if (env['NODE_ENV'] === 'production') {
    throw new Error(
      'npm start is for one machine and for trying: its secrets and payment providers are local ones.',
    );
  }
  const port = Number(env['PORT'] || 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`PORT=${env['PORT']} is no port.`);
  const demo = env['STAMPEDE_DEMO'] || '1';
  if (demo !== '0' && demo !== '1') throw new Error(`STAMPEDE_DEMO=${demo} is neither 0 nor 1.`);
  return { port, demo: demo === '1' };
}
