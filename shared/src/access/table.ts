import * as who from './access.js';
import type { Access } from './access.js';

/**
 * Every field of the API: who gets it, and whether its answer is the same for everybody. A field that is not here
 * does not get into a subgraph's schema; one that is here twice, or that no subgraph has, fails a test.
 */
const ROWS: [type: string, access: Access, fields: string][] = [
  // What several types are made of.
  ['Money', who.PUBLIC, 'amount currency'],
  ['PageInfo', who.PUBLIC, 'hasNextPage hasPreviousPage startCursor endCursor'],
  // A refusal answers a mutation, which is one person's.
  ['Rejection', who.ANYONE, 'message'],

  // Accounts and sessions.
  ['Query', who.OWNER_ALONE_OR_NULL, 'me'],
  ['Mutation', who.ANYONE, 'signIn refreshSession'],
  ['Mutation', who.SIGNED_IN, 'signOut signOutEverywhere endSession changePassword'],
  ['Mutation', who.SIGNED_IN, 'updateProfile saveAddress removeAddress'],
  ['Mutation', who.ANYONE, 'signUp resendVerification verifyEmail requestPasswordReset resetPassword'],
  ['Mutation', who.ANYONE, 'startSocialSignIn signInWithSocial'],
  ['Mutation', who.SIGNED_IN, 'unlinkSocial'],
  ['Query', who.SIGNED_IN, 'exportMyData'],
  ['Mutation', who.SIGNED_IN, 'deleteAccount'],
  ['Query', who.ROLE_OPERATOR, 'users'],
  ['Mutation', who.ROLE_OPERATOR, 'setRole'],
  ['UserConnection', who.ROLE_OPERATOR, 'edges pageInfo totalCount'],
  ['UserEdge', who.ROLE_OPERATOR, 'cursor node'],
  // An order shows its buyer to whoever sells it.
  ['User', who.OWNER_AND_SELLER, 'id name role emailVerified createdAt'],
  ['User', who.OWNER_OR_NULL, 'email phone'],
  ['User', who.OWNER_OR_EMPTY, 'addresses sessions'],
  ['User', who.OWNER_ALONE_OR_EMPTY, 'socialLinks'],
  ['Address', who.OWNER, 'id label recipient phone postalCode line1 line2'],
  ['Session', who.OWNER, 'id device createdAt lastUsedAt current'],
  ['Seller', who.PUBLIC, 'id displayName'],
  ['AuthSession', who.ANYONE, 'accessToken accessTokenExpiresAt refreshToken user'],
  ['InvalidCredentials', who.ANYONE, 'message'],
  ['EmailNotVerified', who.ANYONE, 'message email'],
  ['TooManyAttempts', who.ANYONE, 'message retryAt'],
  ['InvalidToken', who.ANYONE, 'message'],
  ['VerificationSent', who.ANYONE, 'email expiresAt'],
  ['PasswordChanged', who.ANYONE, 'sessionsEnded'],
  ['SocialSignInStart', who.ANYONE, 'url state'],
  ['SocialSignInFailed', who.ANYONE, 'message'],

  // Products and their sales.
  ['Query', who.PUBLIC, 'product'],
  // Lists.
  ['Query', who.PUBLIC_COSTLY, 'products categories'],
  // The same for everybody, but a clock that was remembered is wrong.
  ['Query', who.ANYONE, 'serverTime'],
  ['Mutation', who.ROLE_SELLER, 'createProduct'],
  ['Query', who.SIGNED_IN, 'wishlist'],
  ['Mutation', who.SIGNED_IN, 'wish unwish'],
  ['Mutation', who.ITS_SELLER, 'restock pauseSale resumeSale'],
  ['Subscription', who.PUBLIC, 'stockChanged'],
  ['Product', who.PUBLIC, 'id name description brands images price createdAt'],
  ['Product', who.PUBLIC, 'seller sale stock refundPolicy'],
  // By the caller.
  ['Product', who.ANYONE, 'wished'],
  ['Mutation', who.ITS_SELLER, 'updateProduct closeSale'],
  ['Mutation', who.ROLE_OPERATOR, 'createCategory renameCategory removeCategory'],
  // A query of its own.
  ['Product', who.PUBLIC_COSTLY, 'category'],
  ['Category', who.PUBLIC, 'id name'],
  // Asks other shops.
  ['Product', who.PUBLIC_COSTLY, 'priceComparison'],
  ['PriceComparison', who.PUBLIC, 'offers lowest degraded asOf'],
  ['PriceOffer', who.PUBLIC, 'title shop price url'],
  ['Sale', who.PUBLIC, 'phase opensAt closesAt limitPerBuyer holdMinutes timeZone'],
  ['Stock', who.PUBLIC, 'total available held sold asOf'],
  ['RefundPolicy', who.PUBLIC, 'usedOn tiers'],
  ['RefundTier', who.PUBLIC, 'daysBefore percent'],
  ['ProductConnection', who.PUBLIC, 'edges pageInfo'],
  // Counts the whole list.
  ['ProductConnection', who.PUBLIC_COSTLY, 'totalCount'],
  ['ProductEdge', who.PUBLIC, 'cursor node'],
  ['Query', who.ITS_SELLER, 'saleStats'],
  ['SaleStats', who.ITS_SELLER, 'product refused held paying paid confirmed expired cancelled'],
  ['SaleStats', who.ITS_SELLER, 'firstSecond soldOutAt series'],
  ['RefusalCount', who.ITS_SELLER, 'reason count'],
  ['SalePoint', who.ITS_SELLER, 'at available held sold decisions'],

  // Orders.
  ['Query', who.ITS_BUYER, 'order'],
  // One's own; orders of one's products are for a SELLER, and all orders for an OPERATOR.
  ['Query', who.SIGNED_IN, 'orders'],
  // A cart is nobody else's business, not even an operator's.
  ['Query', who.SIGNED_IN, 'cart'],
  ['Mutation', who.SIGNED_IN, 'setCartLine clearCart'],
  ['Cart', who.OWNER_ALONE, 'lines total'],
  ['CartLine', who.OWNER_ALONE, 'productId product quantity'],
  ['Mutation', who.SIGNED_IN, 'checkout'],
  ['Mutation', who.ITS_BUYER, 'cancelOrder'],
  ['Mutation', who.SELLER_OF_IT, 'shipOrder'],
  ['Subscription', who.ITS_BUYER, 'orderChanged'],
  ['Order', who.OWNER_AND_SELLER, 'id number status buyer lines total refunded refundQuote'],
  ['Order', who.OWNER_AND_SELLER, 'placedAt payBy cancelRequestedAt timeline'],
  ['Order', who.OWNER_AND_SELLER, 'shippingAddress'],
  ['Order', who.OWNER_AND_SELLER, 'delivery'],
  ['Order', who.OWNER_OR_EMPTY, 'payments'],
  ['ShippingAddress', who.OWNER_AND_SELLER, 'recipient phone postalCode line1 line2'],
  ['OrderLine', who.OWNER_AND_SELLER, 'productId productName product quantity unitPrice subtotal'],
  ['OrderEvent', who.OWNER_AND_SELLER, 'at status reason'],
  ['Delivery', who.OWNER_AND_SELLER, 'carrier trackingNumber shippedAt deliveredAt'],
  ['OrderConnection', who.SIGNED_IN, 'edges pageInfo totalCount'],
  ['OrderEdge', who.OWNER_AND_SELLER, 'cursor node'],
  ['SoldOut', who.SIGNED_IN, 'message productId product available'],
  ['SaleNotOpen', who.SIGNED_IN, 'message productId product phase opensAt'],
  ['LimitExceeded', who.SIGNED_IN, 'message productId product limit alreadyOrdered'],
  ['CartEmpty', who.SIGNED_IN, 'message'],
  ['OrderNotCancellable', who.OWNER, 'message order'],

  // Payments.
  ['Query', who.ITS_BUYER, 'payment'],
  ['Mutation', who.ITS_BUYER_ALONE, 'startPayment approvePayment abandonPayment'],
  ['Payment', who.OWNER, 'id order provider status amount refunded redirectUrl declineReason'],
  ['Payment', who.OWNER, 'approvedAt createdAt'],
  ['OrderNotPayable', who.OWNER_ALONE, 'message orderId order'],
  ['PaymentDeclined', who.OWNER_ALONE, 'message reason payment'],
  ['PaymentPending', who.OWNER_ALONE, 'message payment'],
  ['ProviderUnavailable', who.OWNER_ALONE, 'message retryAt'],

  // Books.
  ['Query', who.SELLERS_AND_OPERATOR, 'wallet'],
  ['Query', who.ROLE_OPERATOR, 'journal trialBalance depositsAudit'],
  ['Wallet', who.SELLERS_AND_OPERATOR, 'seller balance entries'],
  ['JournalLineConnection', who.SELLERS_AND_OPERATOR, 'pageInfo'],
  // A seller who has sold nothing has a wallet without entries.
  ['JournalLineConnection', who.SELLER_OF_IT_OR_EMPTY, 'edges'],
  ['JournalLineEdge', who.SELLER_OF_IT, 'cursor node'],
  ['JournalLine', who.SELLER_OF_IT, 'account debit credit entry'],
  ['JournalEntry', who.SELLER_OF_IT, 'id at description orderId order lines'],
  ['JournalEntryConnection', who.ROLE_OPERATOR, 'edges pageInfo'],
  ['JournalEntryEdge', who.ROLE_OPERATOR, 'cursor node'],
  ['AccountBalance', who.ROLE_OPERATOR, 'account debit credit'],
  ['DepositsAudit', who.ROLE_OPERATOR, 'held booked difference capturesToBook refundsToBook unexplained'],

  // Operations.
  ['Query', who.ROLE_OPERATOR, 'auditStock deadLetters'],
  ['Mutation', who.ROLE_OPERATOR, 'rebuildStock replayDeadLetter discardDeadLetter'],
  ['StockAudit', who.ROLE_OPERATOR, 'productId product total sold held available drift repaired'],
  ['DeadLetter', who.ROLE_OPERATOR, 'id service queue routingKey messageId reason attempts diedAt body'],
  ['DeadLetterEdge', who.ROLE_OPERATOR, 'cursor node'],
  ['DeadLetterConnection', who.ROLE_OPERATOR, 'edges pageInfo'],

  // What the services ask one another. Types that are `@inaccessible` as a whole need no rows.
  ['Query', who.SERVICE, 'productExists productListing stockBook stockLedger orderToPay'],
  ['Query', who.SERVICE, 'saleFunnel'],
  ['Query', who.SERVICE, 'hostedPayment'],
  ['Query', who.SERVICE, 'orderLetter'],
  ['Query', who.SERVICE, 'personalDataOfOrders personalDataOfPayments'],
  ['Query', who.SERVICE, 'personalDataOfWishes openingSale savedAddress'],
  ['Query', who.SERVICE, 'personalDataOfCart'],
  ['Mutation', who.SERVICE, 'stockTruth markDeciding clearDeciding warmStock'],
  ['Mutation', who.SERVICE, 'noteTossEvent'],
];

export type AccessTable = ReadonlyMap<string, Access>;

/** By coordinate, `Type.field`. */
export const ACCESS: AccessTable = accessTable(ROWS);

/** @throws Error when a field is there twice: of two answers to who may see it, neither is to be trusted. */
export function accessTable(rows: [type: string, access: Access, fields: string][]): AccessTable {
  const table = new Map<string, Access>();
  for (const [type, access, fields] of rows) {
    for (const field of fields.split(' ')) {
      const coordinate = `${type}.${field}`;
      if (table.has(coordinate)) throw new Error(`${coordinate} is in the table of access twice`);
      table.set(coordinate, access);
    }
  }
  return table;
}
