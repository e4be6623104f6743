import type { Connection } from './connection.js';
import type { HttpAnswer } from './read-answer.js';

const ANSWER_WITHIN_MS = 30_000;

/** Sends one request, for who waits for its answer. @throws Error when none comes in time */
export async function ask(connection: Connection, request: Uint8Array): Promise<HttpAnswer> {
  const deadline = setTimeout(
    () => connection.abort(`no answer within ${ANSWER_WITHIN_MS} ms`),
    ANSWER_WITHIN_MS,
  );
  try {
    return await new Promise((resolve, reject) => {
      connection.send(request, (answer) => {
        if ('reason' in answer) reject(new Error(answer.reason));
        else resolve(answer);
      });
    });
  } finally {
    clearTimeout(deadline);
  }
}
