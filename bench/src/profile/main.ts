import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { table, whole } from '../report/table.js';
import { newestResults } from './newest-results.js';
import { readProfile } from './read-profile.js';

// `node bench/dist/profile/main.js PROFILES RESULTS ROOT`, each a folder: what the profiled services did while it was
// measured, by the newest results. Their profiles begin with the process and end with it; most of that is no part of it.
const [folder, results, root] = process.argv.slice(2) as [string, string, string];
const TOP = 25;

const newest = newestResults(readdirSync(results))!;
const { runs } = JSON.parse(readFileSync(join(results, newest), 'utf8')) as {
  runs: { monotonicMicroseconds: [number, number] }[];
};
const windows = runs.map(({ monotonicMicroseconds }) => monotonicMicroseconds);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
  const { busyMs, idleMs, entries } = readProfile(join(folder, file), windows, root);
  const rows = entries
    .slice(0, TOP)
    .map(({ name, place, ms, share }) => [`${name}  ${place}`, whole(ms), `${(share * 100).toFixed(1)} %`]);
  const head = `${file.replace('.cpuprofile', '')}: ${whole(busyMs)} ms busy, ${whole(idleMs)} ms idle`;
  process.stdout.write(`\n${table([head, 'self ms', 'share'], rows)}\n`);
}
