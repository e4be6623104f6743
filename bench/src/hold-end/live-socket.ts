/** One WebSocket that speaks graphql-transport-ws, for a few hundred subscriptions in all of the process. */
export interface LiveSocket {
  /** @param onData is told of the `data` of each answer, and when it came, in milliseconds since 1970 */
  subscribe(query: string, variables: object, onData: (data: unknown, at: number) => void): void;
  close(): void;
}

interface Message {
  type: string;
  id?: string;
  payload?: { data?: unknown; errors?: object[] };
}

const OPEN_WITHIN_MS = 10_000;

/**
 * @param token of who subscribes; without one it is nobody.
 * @param onProblem is told of everything that a subscription that goes well does not meet
 * @throws Error when the gateway does not acknowledge it in time.
 */
export async function openLiveSocket(
  gateway: URL,
  token: string | undefined,
  onProblem: (problem: string) => void,
): Promise<LiveSocket> {
  const url = new URL(gateway);
  url.protocol = 'ws:';
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const listeners = new Map<string, (data: unknown, at: number) => void>();
  const send = (message: object) => socket.send(JSON.stringify(message));
  let closing = false;
  socket.addEventListener('close', ({ code, reason }) => {
    if (!closing) onProblem(`a socket was closed with ${code} ${reason}`);
  });

  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the gateway acknowledged no socket')), OPEN_WITHIN_MS);
    socket.addEventListener('open', () =>
      send({
        type: 'connection_init',
        ...(token !== undefined && { payload: { Authorization: `Bearer ${token}` } }),
      }),
    );
    socket.addEventListener('error', () => onProblem('a socket failed'));
    socket.addEventListener('message', ({ data }) => {
      const at = performance.timeOrigin + performance.now();
      const message = JSON.parse(String(data)) as Message;
      if (message.type === 'connection_ack') {
        clearTimeout(timer);
        resolve();
      } else if (message.type === 'ping') send({ type: 'pong' });
      else if (message.type === 'next' && message.payload?.data) {
        listeners.get(message.id ?? '')?.(message.payload.data, at);
      } else if (message.type !== 'pong') onProblem(String(data).slice(0, 200));
    });
  });
  return {
    subscribe: (query, variables, onData) => {
      const id = String(listeners.size + 1);
      listeners.set(id, onData);
      send({ type: 'subscribe', id, payload: { query, variables } });
    },
    close: () => {
      closing = true;
      socket.close();
    },
  };
}
