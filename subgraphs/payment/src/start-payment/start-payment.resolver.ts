import 'reflect-metadata';
import { isUuid } from '@stampede/shared/graphql';
import { badInput, notFound } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLURL } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import { PaymentProvider, type Payment } from '../payment.entity.js';
import type { PaymentParts } from '../payment-parts.js';
import { paymentOf } from '../payment-view.js';
import {
  orderNotPayable,
  providerUnavailable,
  StartPaymentResult,
  type OrderNotPayable,
  type ProviderUnavailable,
} from '../rejections.js';
import { checkReturnUrl } from './return-url.js';
import { startPayment } from './start-payment.js';

@InputType({
  description:
    'returnUrl must be of an allowed origin; it comes back with ?payment=ID and what the provider adds. A READY payment by the same provider is given again, not doubled, unless its page leads to another returnUrl: then a new one takes its place.',
})
export class StartPaymentInput {
  @Field(() => ID, { description: 'What is paid.' })
  orderId!: string;

  @Field(() => PaymentProvider, { description: 'Who takes the money.' })
  provider!: PaymentProvider;

  @Field(() => GraphQLURL, { description: 'Where the provider sends the buyer’s browser afterwards.' })
  returnUrl!: URL;
}

@Resolver()
export class StartPaymentResolver {
  constructor(
    private readonly parts: PaymentParts,
    private readonly returnOrigins: string,
  ) {}

  @Mutation(() => StartPaymentResult, {
    description: 'Prepares a payment of a whole order at a provider. Role: the order’s buyer.',
  })
  async startPayment(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => StartPaymentInput, { description: 'What is paid, and how.' })
    input: StartPaymentInput,
  ): Promise<Payment | OrderNotPayable | ProviderUnavailable> {
    const { userId } = requireUser(context);
    const returnUrl = checkReturnUrl(input.returnUrl, this.returnOrigins);
    if (!isUuid(input.orderId)) throw notFound('order');
    const request = {
      orderId: input.orderId.toLowerCase(),
      buyerId: userId,
      provider: input.provider,
      returnUrl,
      requestId: context.requestId,
    };
    const answer = await startPayment(this.parts, request);
    switch (answer.kind) {
      case 'started':
        return paymentOf(answer.payment);
      case 'not-payable':
        return orderNotPayable(request.orderId);
      case 'not-taken':
        throw badInput({ path: 'input.provider', message: 'does not take this order: choose another one.' });
      case 'unavailable':
        return providerUnavailable(answer.retryAt);
      default:
        return answer satisfies never;
    }
  }
}
