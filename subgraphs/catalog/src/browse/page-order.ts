import { encodeCursor } from '@stampede/shared/graphql';
import type { ProductSort } from './product-sort.js';

/** A part of a list that an index gives in order. */
export interface Range {
  /** Which rows it has, as SQL; left out: all. */
  where?: string;
  orderBy: string;
}

/** How the rows of a page are found in order. */
export interface PageOrder {
  /** SQL of a row's keys as texts, which with its id make its cursor. */
  keys: string[];
  /** Those that the page may take from, one after the other. */
  ranges: [Range, ...Range[]];
  /** SQL by which rows of several ranges come in order; they have the columns of a product. */
  together?: string;
}

export const listOf = (sort: ProductSort): string => `products:${sort}`;

export const productCursor = (sort: ProductSort, keys: readonly string[], id: string): string =>
  encodeCursor(listOf(sort), ...keys, id);
