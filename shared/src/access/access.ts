/**
 * Somebody who gets a field's value. Lower case is what a person is to the object at hand, upper case a role.
 *
 * - `anyone`: signed in or not.
 * - `signed-in`: every person with an account.
 * - `owner`: whom it is about: the account's person, the buyer of an order or of its payment, or whoever made the
 *   call that gave it.
 * - `seller`: who sells the product, or a line of the order.
 * - `service`: no person, but another service of the house: the field is `@inaccessible` in the published API.
 */
export type Viewer = 'anyone' | 'signed-in' | 'owner' | 'seller' | 'SELLER' | 'OPERATOR' | 'service';

export interface Access {
  who: readonly Viewer[];
  /**
   * What a signed-in person gets who is none of these: an error of this code, or no value. Whoever is not signed in
   * gets UNAUTHENTICATED in place of an error. Left out where nobody else can come to the object at all.
   */
  otherwise?: 'NOT_FOUND' | 'FORBIDDEN' | 'null' | 'empty';
  /** The same answer for everybody, so that it may be remembered and shared: `@tag(name: "public")`. */
  public?: true;
  /**
   * A list, or a query or request of its own: too much to be done for each event of a subscription, and nothing that
   * another answer should wait for: `@tag(name: "costly")`.
   */
  costly?: true;
}

export const PUBLIC: Access = { who: ['anyone'], public: true };
export const PUBLIC_COSTLY: Access = { who: ['anyone'], public: true, costly: true };

/** Open to all, but an answer is for its caller alone. */
export const ANYONE: Access = { who: ['anyone'] };
export const SIGNED_IN: Access = { who: ['signed-in'] };
export const ROLE_SELLER: Access = { who: ['SELLER'], otherwise: 'FORBIDDEN' };
/** Each seller of their own. */
export const SELLERS_AND_OPERATOR: Access = { who: ['SELLER', 'OPERATOR'], otherwise: 'FORBIDDEN' };
export const ROLE_OPERATOR: Access = { who: ['OPERATOR'], otherwise: 'FORBIDDEN' };

/** Everybody may know that the product exists, so that a refusal need not hide it. */
export const ITS_SELLER: Access = { who: ['seller', 'OPERATOR'], otherwise: 'FORBIDDEN' };
/** Nobody else learns even that there is such an order or payment. */
export const ITS_BUYER: Access = { who: ['owner', 'OPERATOR'], otherwise: 'NOT_FOUND' };
/** Who sells in it; somebody else's order is not there, as for its buyer's own mutations. */
export const SELLER_OF_IT: Access = { who: ['seller', 'OPERATOR'], otherwise: 'NOT_FOUND' };
export const SELLER_OF_IT_OR_EMPTY: Access = { who: ['seller', 'OPERATOR'], otherwise: 'empty' };
export const ITS_BUYER_ALONE: Access = { who: ['owner'], otherwise: 'NOT_FOUND' };

/** Fields of what only these can come to. */
export const OWNER: Access = { who: ['owner', 'OPERATOR'] };
export const OWNER_ALONE: Access = { who: ['owner'] };
export const OWNER_AND_SELLER: Access = { who: ['owner', 'seller', 'OPERATOR'] };
/** Fields of what others may come to, without these. */
export const OWNER_OR_NULL: Access = { who: ['owner', 'OPERATOR'], otherwise: 'null' };
export const OWNER_OR_EMPTY: Access = { who: ['owner', 'OPERATOR'], otherwise: 'empty' };
export const OWNER_ALONE_OR_NULL: Access = { who: ['owner'], otherwise: 'null' };
export const OWNER_ALONE_OR_EMPTY: Access = { who: ['owner'], otherwise: 'empty' };

export const SERVICE: Access = { who: ['service'] };
