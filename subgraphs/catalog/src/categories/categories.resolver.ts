import 'reflect-metadata';
import { usually } from '@stampede/shared/graphql';
import type { Database } from '@stampede/shared/database';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Product } from '../product.entity.js';
import { Category } from './category.entity.js';
import type { CategoryReader } from './category-reader.js';
import {
  createCategory,
  LONGEST_NAME,
  MOST_CATEGORIES,
  removeCategory,
  renameCategory,
} from './keep-categories.js';

const NAME_RULE = `1 to ${LONGEST_NAME} characters, plain text; no other category’s, whatever the case and width of its letters.`;

@Resolver(() => Product)
export class CategoriesResolver {
  constructor(
    private readonly database: Database,
    private readonly reader: CategoryReader,
  ) {}

  @FieldResolver(() => Category, { nullable: true, description: 'What it is sorted under, if anything.' })
  category(@Root() { categoryId }: Product): Promise<Category | null> | null {
    return categoryId === null ? null : this.reader.one(categoryId);
  }

  @Directive(usually(100))
  @Query(() => [Category], {
    description: `What products are sorted under, by name; at most ${MOST_CATEGORIES}.`,
  })
  categories(): Promise<Category[]> {
    return this.reader.all();
  }

  @Mutation(() => Category, {
    description: `Adds a category; there are at most ${MOST_CATEGORIES}. Role: OPERATOR.`,
  })
  createCategory(
    @Ctx() context: SubgraphContext,
    @Arg('name', () => String, { description: NAME_RULE }) name: string,
  ): Promise<Category> {
    requireRole(context, 'OPERATOR');
    return createCategory(this.database, name);
  }

  @Mutation(() => Category, { description: 'Gives a category another name. Role: OPERATOR.' })
  renameCategory(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'The category’s id.' }) id: string,
    @Arg('name', () => String, { description: NAME_RULE }) name: string,
  ): Promise<Category> {
    requireRole(context, 'OPERATOR');
    return renameCategory(this.database, id, name);
  }

  @Mutation(() => Boolean, {
    description:
      'Takes a category away; BAD_USER_INPUT while any product is of it. False: there is none of this id. Role: OPERATOR.',
  })
  removeCategory(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'The category’s id.' }) id: string,
  ): Promise<boolean> {
    requireRole(context, 'OPERATOR');
    return removeCategory(this.database, id);
  }
}
