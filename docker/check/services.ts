import { readEnv as readEmulatorsEnv } from '../../emulators/dist/env.js';
import { readGatewayEnv } from '../../gateway/dist/env.js';
import { catalogEnvFrom } from '../../subgraphs/catalog/dist/env.js';
import { readOrderEnv } from '../../subgraphs/order/dist/env.js';
import { paymentEnvFrom } from '../../subgraphs/payment/dist/env.js';
import { readUserEnv } from '../../subgraphs/user/dist/env.js';
import { entryOf, nodeOptions } from '../local/platform/command.ts';

type Variables = Record<string, string | undefined>;

/** A process of ours as it is deployed. */
export interface Service {
  name: string;
  /** As `npm start` starts it. */
  command: string[];
  /** Its own reader of settings; throws what is wrong with them. */
  readEnv: (source: Variables) => unknown;
  /** Names of the services that it sends requests to. */
  asks: string[];
}

const readers: [folder: string, readEnv: Service['readEnv'], asks: string[]][] = [
  ['gateway', readGatewayEnv, ['user', 'catalog', 'order', 'payment']],
  ['subgraphs/user', readUserEnv, ['catalog', 'order', 'payment']],
  ['subgraphs/catalog', catalogEnvFrom, ['order']],
  ['subgraphs/order', readOrderEnv, ['catalog', 'user']],
  ['subgraphs/payment', paymentEnvFrom, ['order']],
];

/** The five services of an installation. */
export const services: Service[] = readers.map(([folder, readEnv, asks]) => described(folder, readEnv, asks));

/** What stands in for providers, where no real money is. */
export const emulators: Service = described('emulators', readEmulatorsEnv, []);

function described(folder: string, readEnv: Service['readEnv'], asks: string[]): Service {
  const name = folder.replace(/^.*\//, '');
  return { name, command: ['node', ...nodeOptions, entryOf(folder)], readEnv, asks };
}
