import 'reflect-metadata';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { Cart } from './cart.entity.js';
import { deleteCartLines } from './delete-cart-lines.js';
import { readCart } from './read-cart.js';
import { setCartLine, type CartParts } from './set-cart-line.js';

@Resolver()
export class CartResolver {
  constructor(private readonly parts: CartParts) {}

  @Query(() => Cart, { description: 'What the caller means to buy. Role: any signed in.' })
  cart(@Ctx() context: SubgraphContext): Promise<Cart> {
    return readCart(this.parts.database, requireUser(context).userId);
  }

  @Mutation(() => Cart, {
    description:
      'Sets how many units of a product are in the caller’s cart; of two devices that set the same line, the last one wins. A product whose sale is closed, or has not opened, may be put in as well. Role: any signed in.',
  })
  async setCartLine(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'Which product.' }) productId: string,
    @Arg('quantity', () => Int, { description: 'Units, 0 to 1,000; 0 takes the product out.' })
    quantity: number,
  ): Promise<Cart> {
    const { userId } = requireUser(context);
    await setCartLine(this.parts, userId, { productId, quantity });
    return readCart(this.parts.database, userId);
  }

  @Mutation(() => Cart, {
    description: 'Takes everything out of the caller’s cart. Role: any signed in.',
  })
  async clearCart(@Ctx() context: SubgraphContext): Promise<Cart> {
    const { userId } = requireUser(context);
    await deleteCartLines(this.parts.database, [userId]);
    return readCart(this.parts.database, userId);
  }
}
