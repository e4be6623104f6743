/**
 * What a cart's buyer meant to buy is not what the cart holds, or what their first try under the same key was about:
 * another device was quicker. What this try held is given back; what a first try held that died is not. What is bought
 * has to be read anew.
 */
export class CartChanged extends Error {
  constructor() {
    super('the cart has changed while it was being bought');
  }
}
