import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { badInput, notFound } from '@stampede/shared/errors';
import { isStorable, isUuid, PAGED } from '@stampede/shared/graphql';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { discard, replay, type Closing } from './close-dead-letter.js';
import { DeadLetterConnection } from './dead-letter.entity.js';
import { listDeadLetters } from './list-dead-letters.js';

const MAX_REASON = 500;

@Resolver()
export class DeadLettersResolver {
  constructor(private readonly database: Database) {}

  @Directive(PAGED)
  @Query(() => DeadLetterConnection, {
    description:
      'Messages of all services that were given up and wait for a person, newest first. One that is replayed or discarded leaves this list; the table keeps it, with who did it, when and why. Role: OPERATOR.',
  })
  deadLetters(
    @Ctx() context: SubgraphContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'At most 100.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor after which to go on.' })
    after?: string | null,
  ): Promise<DeadLetterConnection> {
    requireRole(context, 'OPERATOR');
    return listDeadLetters(this.database, first ?? 20, after ?? null);
  }

  @Mutation(() => Boolean, {
    description:
      'Sends it again to the queue it died in, under the same message id; its attempts are counted anew. Should it die again, it is listed again. False when it was replayed or discarded before. Role: OPERATOR.',
  })
  async replayDeadLetter(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which dead letter.' }) id: string,
  ): Promise<boolean> {
    const { userId } = requireRole(context, 'OPERATOR');
    return answer(isUuid(id) ? await replay(this.database, id, userId) : 'unknown');
  }

  @Mutation(() => Boolean, {
    description:
      'Takes it off the list for good; it is kept in the record. False when it was replayed or discarded before. Role: OPERATOR.',
  })
  async discardDeadLetter(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'Which dead letter.' }) id: string,
    @Arg('reason', () => String, { description: 'For the record: 1 to 500 characters.' }) reason: string,
  ): Promise<boolean> {
    const { userId } = requireRole(context, 'OPERATOR');
    if (reason.trim() === '' || reason.length > MAX_REASON || !isStorable(reason)) {
      throw badInput({ path: 'reason', message: `has 1 to ${MAX_REASON} characters, of plain text.` });
    }
    return answer(isUuid(id) ? await discard(this.database, id, userId, reason) : 'unknown');
  }
}

function answer(closing: Closing): boolean {
  if (closing === 'unknown') throw notFound('dead letter');
  return closing === 'closed';
}
