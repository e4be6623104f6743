// tsc emits no Lua and no SQL; scripts and migrations travel beside the code that reads them.
import { cpSync, globSync } from 'node:fs';

for (const file of globSync('src/**/*.{lua,sql}')) cpSync(file, file.replace(/^src/, 'dist'));
