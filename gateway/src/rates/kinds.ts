import { OperationTypeNode } from 'graphql';

/** What a root field is counted as; and what all of a document is, where it is new (`document`). */
export const KINDS = [
  'sign-in',
  'social-sign-in',
  'checkout',
  'payment',
  'mutation',
  'export',
  'read',
  'subscription',
  'document',
] as const;
export type Kind = (typeof KINDS)[number];

/** Root fields that are counted apart from the others of their type; a graph without them has none. */
export const KIND_OF_FIELD: Record<'query' | 'mutation', ReadonlyMap<string, Kind>> = {
  query: new Map<string, Kind>([['exportMyData', 'export']]),
  mutation: new Map<string, Kind>([
    // What proves who somebody is: most of them hash a password, or send a mail.
    ['changePassword', 'sign-in'],
    ['deleteAccount', 'sign-in'],
    ['requestPasswordReset', 'sign-in'],
    ['resendVerification', 'sign-in'],
    ['resetPassword', 'sign-in'],
    ['signIn', 'sign-in'],
    ['signInWithSocial', 'sign-in'],
    ['signUp', 'sign-in'],
    ['verifyEmail', 'sign-in'],
    ['startSocialSignIn', 'social-sign-in'],
    ['checkout', 'checkout'],
    // They ask a payment provider.
    ['abandonPayment', 'payment'],
    ['approvePayment', 'payment'],
    ['cancelOrder', 'payment'],
    ['startPayment', 'payment'],
  ]),
};

/** The kind of a root field; without a name of its own there, it is told by the operation's type. */
export function kindOf(type: OperationTypeNode, field: string): Kind {
  switch (type) {
    case OperationTypeNode.QUERY:
      return KIND_OF_FIELD.query.get(field) ?? 'read';
    case OperationTypeNode.MUTATION:
      return KIND_OF_FIELD.mutation.get(field) ?? 'mutation';
    case OperationTypeNode.SUBSCRIPTION:
      return 'subscription';
    default:
      return type satisfies never;
  }
}
