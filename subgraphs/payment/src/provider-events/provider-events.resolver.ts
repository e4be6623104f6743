import 'reflect-metadata';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { ProviderEvents } from './provider-events.js';

@Resolver()
export class ProviderEventsResolver {
  constructor(private readonly events: Pick<ProviderEvents, 'note'>) {}

  @Directive('@inaccessible')
  @Mutation(() => Boolean, {
    description: 'Takes a webhook of Toss Payments as a hint; false when it calls for nothing. For gateway.',
  })
  async noteTossEvent(
    @Ctx() context: SubgraphContext,
    @Arg('transmissionId', () => String, { nullable: true }) transmissionId: string | null,
    @Arg('body', () => String) body: string,
  ): Promise<boolean> {
    requireService(context, 'gateway');
    return (await this.events.note(transmissionId ?? null, body)) === 'noted';
  }
}
