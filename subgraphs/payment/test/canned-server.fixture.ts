import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CannedServer extends AsyncDisposable {
  baseUrl: string;
  received: { method: string; path: string; headers: IncomingHttpHeaders; body: unknown }[];
}

/** A provider that always gives the one answer, or one by what is asked, for what the emulator never says. */
export async function openCannedServer(
  status: number,
  answer: unknown,
  others: Record<string, [status: number, answer: unknown]> = {},
): Promise<CannedServer> {
  const received: CannedServer['received'] = [];
  const server = createServer((request, response) => {
    let sent = '';
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: sent === '' ? undefined : JSON.parse(sent) });
      const [code, said] = others[path] ?? [status, answer];
      response.writeHead(code).end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
