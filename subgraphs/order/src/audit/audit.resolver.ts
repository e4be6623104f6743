import 'reflect-metadata';
import { cost } from '@stampede/shared/graphql';
import { notFound } from '@stampede/shared/errors';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import { auditProduct, type AuditParts } from './audit-product.js';
import { StockAudit } from './stock-audit.entity.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Resolver()
export class AuditResolver {
  constructor(private readonly parts: AuditParts) {}

  @Directive(cost(100))
  @Query(() => StockAudit, {
    description: 'Compares the stores of a product’s stock, order by order. Role: OPERATOR.',
  })
  auditStock(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<StockAudit> {
    requireRole(context, 'OPERATOR');
    return auditProduct(this.parts, idOf(productId));
  }

  @Directive(cost(100))
  @Mutation(() => StockAudit, {
    description: 'Loads a product’s stock into Redis anew, then compares. Role: OPERATOR.',
  })
  async rebuildStock(
    @Ctx() context: SubgraphContext,
    @Arg('productId', () => ID, { description: 'The product’s id.' }) productId: string,
  ): Promise<StockAudit> {
    requireRole(context, 'OPERATOR');
    const id = idOf(productId);
    if (!(await this.parts.rebuilds.rebuildAnew(id))) throw notFound('product');
    return Object.assign(await auditProduct(this.parts, id), { repaired: true });
  }
}

function idOf(productId: string): string {
  const id = productId.toLowerCase();
  if (!UUID.test(id)) throw notFound('product');
  return id;
}
