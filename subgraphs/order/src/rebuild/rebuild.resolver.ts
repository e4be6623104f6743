import 'reflect-metadata';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Mutation, Resolver } from 'type-graphql';
import type { Rebuilds } from './rebuilds.js';

@Resolver()
export class RebuildResolver {
  constructor(private readonly rebuilds: Rebuilds) {}

  @Directive('@inaccessible')
  @Mutation(() => Boolean, {
    description: 'Rebuilds a product’s stock; false when there is no such product. For catalog.',
  })
  warmStock(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID) productId: string,
  ): Promise<boolean> {
    requireService(context, 'catalog');
    // One that is under way will do: what waits for it is in its hash or applied to it, and what is not asks again.
    return this.rebuilds.rebuild(productId);
  }
}
