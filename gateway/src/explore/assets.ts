import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface Asset {
  type: string;
  body: string;
  /** Of the body, for conditional requests. */
  etag: string;
}

/** Our own scripts: plain modules, served as they are. */
const OWN = new URL('../../browser/explore/', import.meta.url);
const OWN_NAMES = readdirSync(OWN);
const BUNDLE_NAMES = ['bundle.js', 'bundle.css', 'editor.worker.js', 'json.worker.js', 'graphql.worker.js'];

/** The files of the page, by name. */
export const ASSET_NAMES = [...OWN_NAMES, 'graphql-ws.js', ...BUNDLE_NAMES];

/** Reads every file of the page. They are 9 MB: a gateway whose page nobody opens should not. */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  return new Map([
    ...OWN_NAMES.map((name) => [name, script(readFileSync(new URL(name, OWN), 'utf8'))] as const),
    ['graphql-ws.js', script(readFileSync(socketClient(), 'utf8'))],
    ['bundle.js', script(bundle.js)],
    ['bundle.css', asset('text/css; charset=utf-8', bundle.css)],
    ['editor.worker.js', script(bundle.editorWorkerService)],
    ['json.worker.js', script(bundle.jsonWorker)],
    ['graphql.worker.js', script(bundle.graphqlWorker)],
  ]);
}

/** The build of graphql-ws for browsers, which its exports do not name. */
const socketClient = () =>
  join(createRequire(import.meta.url).resolve('graphql-ws'), '../../umd/graphql-ws.min.js');

const script = (body: string) => asset('text/javascript; charset=utf-8', body);

const asset = (type: string, body: string): Asset => ({
  type,
  body,
  etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
});
