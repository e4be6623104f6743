import { parseArgs } from 'node:util';
import { serviceRoles, type ServiceRole } from '../secrets.ts';

/** How many processes of each service run. */
export type Replicas = Record<ServiceRole, number>;

/** More than a machine has any use of; PostgreSQL has to have connections for all of them. */
const MOST = 9;

export const replicasUsage = '[--replicas order=2,catalog=2]';

/**
 * Takes `--replicas` out of a command line.
 * @returns what else there is, untouched
 * @throws Error that says what is wrong with it
 */
export function takeReplicas(args: string[]): { replicas: Replicas; rest: string[] } {
  const { tokens } = parseArgs({
    args,
    options: { replicas: { type: 'string' } },
    strict: false,
    tokens: true,
  });
  const rest = [...args];
  let text = '';
  for (const token of tokens.toReversed()) {
    if (token.kind !== 'option' || token.name !== 'replicas') continue;
    if (!token.value) throw new Error(`--replicas says how many of which service: ${replicasUsage}`);
    rest.splice(token.index, token.inlineValue ? 1 : 2);
    text = text === '' ? token.value : `${token.value},${text}`;
  }
  return { replicas: readReplicas(text), rest };
}

/** Reads `order=2,catalog=2`; of what is not named, there is one. @throws Error that says what is wrong */
function readReplicas(text: string): Replicas {
  const replicas: Replicas = { user: 1, catalog: 1, order: 1, payment: 1 };
  const named = new Set<string>();
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [name = '', count = '', ...more] = part.split('=').map((each) => each.trim());
    if (name === 'gateway') {
      throw new Error('--replicas: one machine has one gateway, as it has one PORT.');
    }
    if (!isRole(name)) {
      throw new Error(`--replicas: there is no service "${name}", only ${serviceRoles.join(', ')}.`);
    }
    if (named.has(name)) throw new Error(`--replicas: ${name} is named twice.`);
    const number = Number(count);
    if (!/^\d+$/.test(count) || more.length > 0 || number < 1 || number > MOST) {
      throw new Error(`--replicas: ${name}= takes a whole number from 1 to ${MOST}, not "${count}".`);
    }
    named.add(name);
    replicas[name] = number;
  }
  return replicas;
}

const isRole = (name: string): name is ServiceRole => (serviceRoles as readonly string[]).includes(name);

/** What the processes of a service are called: the service itself when there is one, else `order-1`, `order-2`. */
export const processNames = (role: ServiceRole, count: number): string[] =>
  count === 1 ? [role] : Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);

/** Whose process it is: the inverse of {@link processNames}. */
export const serviceOf = (processName: string): string => processName.replace(/-\d+$/, '');
