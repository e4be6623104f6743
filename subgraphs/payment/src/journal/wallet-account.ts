/** The account that says what a seller is owed. */
export const walletOf = (sellerId: string): string => `payable:${sellerId}`;
