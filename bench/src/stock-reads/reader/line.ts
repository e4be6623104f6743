import type { Connection, NoAnswer } from '../../load/connection.js';
import type { HttpAnswer } from '../../load/read-answer.js';

/** One connection, with the request that it sends again and again. */
export interface Line {
  /** Tells what was answered, or that nothing was in time, and the milliseconds until then. */
  ask(id: string, onAnswer: (answer: HttpAnswer | NoAnswer, tookMs: number) => void): void;
  /** Gives up what has waited for too long. */
  giveUpLate(): void;
  close(): void;
}

/** @param request makes the request for a product's stock; @param answerWithinMs what is unanswered for longer is late */
export function openLine(
  connection: Connection,
  request: (id: string) => Buffer,
  answerWithinMs: number,
): Line {
  let sent: number | undefined;
  return {
    ask: (id, onAnswer) => {
      const at = performance.now();
      sent = at;
      connection.send(request(id), (answer) => {
        sent = undefined;
        onAnswer(answer, performance.now() - at);
      });
    },
    giveUpLate: () => {
      if (sent !== undefined && performance.now() - sent > answerWithinMs) {
        connection.abort(`no answer within ${answerWithinMs} ms`);
      }
    },
    close: () => connection.close(),
  };
}
