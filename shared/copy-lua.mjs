// tsc emits no Lua; the scripts travel beside the code that loads them.
import { cpSync, globSync } from 'node:fs';

for (const file of globSync('src/**/*.lua')) cpSync(file, file.replace(/^src/, 'dist'));
