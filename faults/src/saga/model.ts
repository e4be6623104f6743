/** What buyers know: by it commands are chosen that mean something, and answers are judged. */
export interface Model {
  /** Orders that somebody was told of, each once, in the order of their telling. */
  orders: { id: string; buyerId: string }[];
  /** By id: of which basket. */
  digests: Map<string, string>;
  payments: string[];
  products: number;
}

export const newModel = (products: number): Model => ({
  orders: [],
  digests: new Map(),
  payments: [],
  products,
});
