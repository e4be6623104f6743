import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Home } from '../home.ts';

const tailBytes = 16_384;

/** Names a process's log for this start; the one of the start before is kept beside it. */
export function newLogFile(home: Home, name: string): string {
  const file = join(home.folder('logs'), `${name}.log`);
  if (existsSync(file)) renameSync(file, join(home.folder('logs'), `${name}.previous.log`));
  return file;
}

/** The last lines of a log file, for showing why something failed. */
export function lastLines(file: string, count = 15): string {
  if (!existsSync(file)) return '';
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    // RabbitMQ's are in colours.
    const text = stripVTControlCharacters(buffer.toString('utf8'));
    return text.trimEnd().split('\n').slice(-count).join('\n');
  } finally {
    closeSync(descriptor);
  }
}
