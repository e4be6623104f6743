import { MOST_READS_TOGETHER } from '@stampede/shared/subgraph';
import type { GatewayContext } from '../graphql/context.js';
import type { SubgraphAnswer } from './answer.js';

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
  /** @param body for so many reads; named in logs by the id of the first request. */
  askMany: (body: string, requestId: string, count: number) => Promise<(SubgraphAnswer | Error)[]>;
  /** Told how many requests one question is for. */
  onGathered: (requests: number) => void;
}

interface Waiting {
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

/**
 * Asks for what was begun in one turn of the event loop as few questions: one of each operation, since a slow answer
 * holds up those that go with it, and its like are slow alike. Nothing is remembered, and nobody joins a question
 * that has been sent: a read that is begun after a change was answered sees the change.
 */
export function openGathering({ askAlone, askMany, onGathered }: GatheringOptions): Gather {
  let groups = new Map<string, Group>();

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
    try {
      if (everybody.length === 1) {
        one.resolve(await askAlone({ ...operation, variables: reads[0]?.[0] ?? '' }, one.context));
        return;
      }
      onGathered(everybody.length);
      const answers = await askMany(bodyOf(operation, reads), one.context.requestId, reads.length);
      for (const [index, [, waiting]] of reads.entries()) settle(waiting, answers[index]);
    } catch (error) {
      for (const { reject } of everybody) reject(error);
    }
  }

  return (read, context) => {
    if (read.variables.length > LONGEST) return askAlone(read, context);
    if (groups.size === 0) setImmediate(send);
    const key = read.head + read.tail;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { first: read, waiting: new Map() }));
    const { waiting } = group;
    return new Promise((resolve, reject) => {
      const equals = waiting.get(read.variables);
      if (equals) equals.push({ context, resolve, reject });
      else waiting.set(read.variables, [{ context, resolve, reject }]);
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
