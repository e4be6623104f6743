import { readFileSync } from 'node:fs';
import type { BenchArguments } from './arguments.ts';
import { ORDERS_PER_SOCKET } from './hold-end/arguments.ts';
import { CONNECTIONS as REDIS_LOSS_CONNECTIONS } from './redis-loss/arguments.ts';

// No import of a built file: this is looked at before anything is started.

/** What this machine allows one process, and all of them together. */
export interface MachineLimits {
  /** Files and sockets of one process (`ulimit -n`; Node raises it to the hard limit by itself). */
  openFiles: number;
  /** Ports that outgoing connections to one address can have. */
  ports: number;
}

/** What a process has open besides its connections. */
const OTHER_FILES = 500;

/** Infinity where it cannot be told. */
export function readMachineLimits(): MachineLimits {
  const report = process.report.getReport() as { userLimits?: { open_files?: { hard?: number | string } } };
  const hard = Number(report.userLimits?.open_files?.hard);
  return { openFiles: Number.isNaN(hard) ? Infinity : hard, ports: readPorts() };
}

function readPorts(): number {
  try {
    const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
    return last - first + 1;
  } catch {
    // No Linux.
    return Infinity;
  }
}

/** @returns why a benchmark cannot be run on this machine, for a person to read; undefined when it can */
export function shortageOf(args: BenchArguments, limits: MachineLimits): string | undefined {
  const isLive = args.scenario === 'live-viewers';
  const connections = connectionsOf(args);
  const files = connections + OTHER_FILES;
  if (files > limits.openFiles) {
    return `${connections} connections need ${files} open files in the gateway, and one process may have ${limits.openFiles}: raise it with ulimit -n ${files}.`;
  }
  // After the storm, the system keeps the ports of the connections that were cut for a while.
  const ports = (isLive ? 2 * connections : connections) + OTHER_FILES;
  if (ports > limits.ports) {
    return `${connections} connections${isLive ? ', which all come back at once,' : ''} need ${ports} ports, and there are ${limits.ports}: sysctl -w net.ipv4.ip_local_port_range="1024 65535".`;
  }
  return undefined;
}

function connectionsOf(args: BenchArguments): number {
  if (args.scenario === 'live-viewers') return args.viewers;
  if (args.scenario === 'hold-end') return Math.ceil(args.orders / ORDERS_PER_SOCKET);
  if (args.scenario === 'paid-orders') return Math.max(args.buyers, args.burst > 0 ? args.connections : 0);
  return args.scenario === 'redis-loss' ? REDIS_LOSS_CONNECTIONS : args.connections;
}
