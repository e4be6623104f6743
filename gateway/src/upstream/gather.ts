import { MOST_READS_TOGETHER } from '@stampede/shared/subgraph';
import { currentWork, inSpanOfMany, workFor, type Work } from '@stampede/shared/telemetry';
import type { GatewayContext } from '../graphql/context.js';
import { ManyRefused, type SubgraphAnswer } from './answer.js';

/** A query whose answer is the same for everybody. */
export interface PublicRead {
  /** The request as JSON: `head`, the variables, `tail`. Reads of one operation have the very same ones. */
  head: string;
  variables: string;
  tail: string;
  /** Whether it goes with reads of other variables, or with its equals only. */
  goesWith: 'its kind' | 'its equals';
}

/** @throws whatever the question for it ended with. */
export type Gather = (read: PublicRead, context: GatewayContext) => Promise<SubgraphAnswer>;

export interface GatheringOptions {
  askAlone: Gather;
  /**
   * @param body for so many reads; named in logs by the id of the first request.
   * @throws ManyRefused where each is to be asked for by itself.
   */
  askMany: (body: string, requestId: string, count: number) => Promise<(SubgraphAnswer | Error)[]>;
  /** Told how many requests one question is for. */
  onGathered: (requests: number) => void;
  /** Told that one question for many was refused. */
  onRefused: () => void;
}

interface Waiting {
  /** Whom it is for, in logs and traces. */
  work: Work | undefined;
  context: GatewayContext;
  resolve: (answer: SubgraphAnswer) => void;
  reject: (error: unknown) => void;
}

interface Group {
  first: PublicRead;
  /** By their variables. */
  waiting: Map<string, Waiting[]>;
}

/** Characters of variables. Longer ones go alone: so a question for many is never too long a body. */
const LONGEST = 1_000;
/** How long it is remembered that a question for many was refused. */
const REFUSED_FOR_MS = 10_000;

/**
 * Asks for what was begun in one turn of the event loop as few questions: one of each operation, since a slow answer
 * holds up those that go with it. Nothing is remembered, and nobody joins a question that has been sent: a read that
 * is begun after a change was answered sees the change. A subgraph that takes no question for many, which may be of
 * another release, is asked for each; they are queries, and may be asked twice.
 */
export function openGathering({ askAlone, askMany, onGathered, onRefused }: GatheringOptions): Gather {
  let groups = new Map<string, Group>();
  let refusedUntil = -Infinity;

  function send(): void {
    const sending = groups;
    groups = new Map();
    for (const { first, waiting } of sending.values()) {
      const most = first.goesWith === 'its kind' ? MOST_READS_TOGETHER : 1;
      const reads = [...waiting];
      for (let from = 0; from < reads.length; from += most) void ask(first, reads.slice(from, from + most));
    }
  }

  /** Never rejects: each of those who wait is told by itself. */
  async function ask(operation: PublicRead, reads: [string, Waiting[]][]): Promise<void> {
    const everybody = reads.flatMap(([, waiting]) => waiting);
    const [one] = everybody;
    if (!one) return;
    if (everybody.length === 1) return askEach(operation, reads);
    try {
      onGathered(everybody.length);
      const spans = everybody.map(({ work }) => work?.span);
      const answers = await inSpanOfMany('reads together', spans, () =>
        askMany(bodyOf(operation, reads), one.context.requestId, reads.length),
      );
      for (const [index, [, waiting]] of reads.entries()) settle(waiting, answers[index]);
    } catch (error) {
      if (error instanceof ManyRefused) {
        onRefused();
        refusedUntil = performance.now() + REFUSED_FOR_MS;
        askEach(operation, reads);
      } else for (const { reject } of everybody) reject(error);
    }
  }

  function askEach(operation: PublicRead, reads: [string, Waiting[]][]): void {
    for (const [variables, waiting] of reads) {
      for (const { work, context, resolve, reject } of waiting) {
        workFor(work, askAlone, { ...operation, variables }, context).then(resolve, reject);
      }
    }
  }

  return (read, context) => {
    if (read.variables.length > LONGEST || performance.now() < refusedUntil) return askAlone(read, context);
    if (groups.size === 0) setImmediate(send);
    const key = read.head + read.tail;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { first: read, waiting: new Map() }));
    const { waiting } = group;
    return new Promise((resolve, reject) => {
      const equals = waiting.get(read.variables);
      const one = { work: currentWork(), context, resolve, reject };
      if (equals) equals.push(one);
      else waiting.set(read.variables, [one]);
    });
  };
}

/** `SharedReads` of shared/src/subgraph, as JSON. */
function bodyOf({ head, tail }: PublicRead, reads: [string, Waiting[]][]): string {
  const variables = reads.map(([variables]) => variables).join(',');
  const requestIds = reads.map(([, [first]]) => first?.context.requestId);
  return `${head}[${variables}],"requestIds":${JSON.stringify(requestIds)}${tail}`;
}

function settle(waiting: Waiting[], answer: SubgraphAnswer | Error | undefined): void {
  for (const { resolve, reject } of waiting) {
    if (answer === undefined || answer instanceof Error) reject(answer);
    else resolve(answer);
  }
}
