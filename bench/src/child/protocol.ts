/** What a parent asks a child process for; each is answered by one `Reply` of the same id. */
export interface Command {
  id: number;
  kind: string;
  wish: unknown;
}

export type Reply =
  { id: number; result: unknown } | { id: number; error: string } | { id: number; done: number };

/** What a child does, by name. `onProgress` may be called any number of times until it has done it. */
export type Work = Record<string, (wish: never, onProgress: (done: number) => void) => Promise<unknown>>;
