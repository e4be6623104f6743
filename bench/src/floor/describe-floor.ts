import { whole } from '../report/table.js';
import type { Floor } from './measure-floor.js';

export function describeFloor({ perSecond, generatorMicroseconds, serverMicroseconds }: Floor): string {
  const cpu = [generatorMicroseconds, serverMicroseconds].map((used) => (used === null ? '?' : whole(used)));
  return `Machine floor: ${whole(perSecond)} requests/s to a bare node:http server (load generator ${cpu[0]} µs, server ${cpu[1]} µs of CPU a request)`;
}
