/**
 * What a cart's buyer meant to buy is not what the cart holds, or what their first try under the same key was about:
 * another device was quicker. Nothing is held any more; what is bought has to be read anew.
 */
export class CartChanged extends Error {
  constructor() {
    super('the cart has changed while it was being bought');
  }
}
