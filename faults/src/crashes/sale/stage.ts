import type { Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { Customer, type Told } from './customer.js';

const RESTOCK = `mutation ($productId: ID!, $quantity: Int!, $idempotencyKey: String!) {
  restock(productId: $productId, quantity: $quantity, idempotencyKey: $idempotencyKey) { id } }`;
const CREATE = 'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }';
const DAY_MS = 24 * 60 * 60 * 1_000;

/** One run of the sale: who takes part, and what is sold. */
export interface Stage {
  shop: Shop;
  seller: Customer;
  operator: Customer;
  /** Enough of each for all runs. */
  sneaker: string;
  sock: string;
  /** Of which half is given back. */
  ticket: string;
  /** What was answered under which key. */
  told: Told[];
  /** Somebody new, with an account. */
  customer(): Customer;
  createProduct(input: object): Promise<string>;
  restock(productId: string, quantity: number): Promise<void>;
}

export interface House {
  shop: Shop;
  seller: Customer;
  operator: Customer;
  products: Pick<Stage, 'sneaker' | 'sock' | 'ticket'>;
}

/** Of a product; more than all runs in a shop take. */
const UNITS = 10_000;
/** Who takes part in a run at most. */
const CROWD = 30;

/** What every run of the sale in one shop shares. */
export async function openHouse(shop: Shop): Promise<House> {
  const operator = new Customer((await shop.accounts(1, 'OPERATOR', 24 * 3_600))[0]!, []);
  const seller = new Customer((await shop.accounts(1, 'SELLER', 24 * 3_600))[0]!, []);
  const usual = { stock: UNITS, limitPerBuyer: 3 };
  const refundTiers = [{ daysBefore: 2, percent: 50 }];
  const usedOn = new Date(Date.now() + 10 * DAY_MS);
  const sneaker = await create(seller, usual);
  const sock = await create(seller, { ...usual, name: 'Test sock', price: 7_000 });
  const ticket = await create(seller, { ...usual, name: 'Test ticket', price: 55_000, usedOn, refundTiers });
  return { shop, seller, operator, products: { sneaker, sock, ticket } };
}

/** A run with people of its own. */
export async function setStage({ shop, seller, operator, products }: House): Promise<Stage> {
  const told: Told[] = [];
  const crowd = await shop.accounts(CROWD);
  return {
    shop,
    seller,
    operator,
    ...products,
    told,
    customer: () => new Customer(crowd.pop()!, told),
    createProduct: (input) => create(seller, input),
    restock: (productId, quantity) => restock(seller, productId, quantity),
  };
}

async function create(seller: Customer, input: object): Promise<string> {
  const opensAt = new Date(Date.now() - 60_000);
  const usual = { name: 'Test sneaker', brands: ['Test Brand'], price: 100_000, stock: 100, opensAt };
  // With a key: who asks again because of a crash gets the same product.
  const variables = { input: { idempotencyKey: randomUUID(), ...usual, ...input } };
  return String((await seller.ask('createProduct', CREATE, variables)).id);
}

async function restock(seller: Customer, productId: string, quantity: number): Promise<void> {
  await seller.ask('restock', RESTOCK, { productId, quantity, idempotencyKey: randomUUID() });
}
