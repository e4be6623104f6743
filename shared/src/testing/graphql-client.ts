import { Agent, request } from 'undici';

export interface GraphqlError {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown> & { code: string };
}

/** An answer as it came: what a client would see. */
export interface GraphqlAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // Tests look into whatever they asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  data: any;
  errors?: GraphqlError[];
}

export interface GraphqlClient {
  /** POSTs one operation; `headers` come on top. */
  send(query: string, variables?: object, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  /** POSTs a body as it is. */
  sendRaw(body: string, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  close(): Promise<void>;
}

/** A client with as many connections as it needs, up to `connections`: a crowd, not a browser. */
export function openGraphqlClient(url: string, connections = 128): GraphqlClient {
  const dispatcher = new Agent({ connections, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const sendRaw: GraphqlClient['sendRaw'] = async (body, headers) => {
    const response = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const answer = (await response.body.json()) as Pick<GraphqlAnswer, 'data' | 'errors'>;
    return { ...answer, status: response.statusCode, headers: response.headers };
  };
  return {
    sendRaw,
    send: (query, variables = {}, headers = {}) => sendRaw(JSON.stringify({ query, variables }), headers),
    close: () => dispatcher.close(),
  };
}
