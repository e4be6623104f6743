import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The command behind a service's `npm run schema` and a part of its `npm run check`: writes the emitted schema
 * to the file named in `args`, or with `--compare` fails when the committed one differs.
 */
export function emitSchema(sdl: string, args = process.argv.slice(2)): void {
  const compare = args[0] === '--compare';
  const file = args.at(-1);
  if (!file || file === '--compare') throw new Error('usage: emit-schema [--compare] FILE');
  if (!compare) {
    writeFileSync(file, sdl);
    return;
  }
  if (readFileSync(file, 'utf8') === sdl) return;
  process.stderr.write(
    `${file} is not what the code emits: run \`npm run schema\` and commit the difference.\n`,
  );
  process.exitCode = 1;
}
