import { readFileSync } from 'node:fs';
import type { Value } from '../documents.ts';
import { placed } from './services.ts';

/** The one database that PostgreSQL's image makes by itself. */
const ALWAYS_THERE = '/postgres';

/** What makes the services' database has to come by another one: before its first run there is no other. */
export function problemsOfProvision(compose: Value, folders: Record<string, string>): string[] {
  const file = placed(compose.services.provision.environment.ADMIN_DATABASE_URL_FILE, folders);
  const { pathname } = new URL(readFileSync(file, 'utf8').trim());
  return pathname === ALWAYS_THERE ? [] : [`provision: comes by ${pathname}, which is not there yet`];
}
