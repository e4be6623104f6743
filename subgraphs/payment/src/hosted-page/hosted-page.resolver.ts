import 'reflect-metadata';
import type { Database } from '@stampede/shared/database';
import { requireService, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { HostedPayment } from './hosted-payment.entity.js';
import { readHostedPayment, type TossSdk } from './hosted-payment.js';

@Resolver()
export class HostedPageResolver {
  constructor(
    private readonly database: Database,
    private readonly sdk: TossSdk,
  ) {}

  @Directive('@inaccessible')
  @Query(() => HostedPayment, {
    nullable: true,
    description: 'What the page of a payment shows; null once it is over. For the gateway.',
  })
  hostedPayment(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID) id: string,
  ): Promise<HostedPayment | null> {
    requireService(context, 'gateway');
    return readHostedPayment(this.database, this.sdk, id);
  }
}
