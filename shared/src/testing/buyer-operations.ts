// What a buyer sends. Subscriptions and what a single test asks stand with those who follow and ask.
const REJECTION = '... on Rejection { message }';
const CART_FIELDS = 'lines { productId quantity } total { amount }';

export const CHECKOUT = `mutation ($input: CheckoutInput!) { checkout(input: $input) {
  __typename ${REJECTION}
  ... on Order { id number status total { amount } payBy }
  ... on SoldOut { productId available }
  ... on SaleNotOpen { productId phase opensAt }
  ... on LimitExceeded { productId limit alreadyOrdered } } }`;
export const START = `mutation ($input: StartPaymentInput!) { startPayment(input: $input) {
  __typename ${REJECTION} ... on Payment { id status redirectUrl amount { amount } } } }`;
export const APPROVE = `mutation ($input: ApprovePaymentInput!) { approvePayment(input: $input) {
  __typename ${REJECTION}
  ... on Payment { id status approvedAt }
  ... on PaymentDeclined { reason payment { id status } }
  ... on PaymentPending { payment { id status } }
  ... on OrderNotPayable { orderId } } }`;
export const CANCEL = `mutation ($id: ID!) { cancelOrder(id: $id) {
  __typename ${REJECTION} ... on Order { id status } ... on OrderNotCancellable { order { id status } } } }`;
export const SHIP = `mutation ($id: ID!, $carrier: String!, $trackingNumber: String!) {
  shipOrder(id: $id, carrier: $carrier, trackingNumber: $trackingNumber) { id status } }`;
export const CART = `{ cart { ${CART_FIELDS} } }`;
export const SET_CART_LINE = `mutation ($productId: ID!, $quantity: Int!) {
  setCartLine(productId: $productId, quantity: $quantity) { ${CART_FIELDS} } }`;
export const ORDER = `query ($id: ID!) { order(id: $id) {
  id number status total { amount } refunded { amount } refundQuote { amount } payBy
  buyer { id name } timeline { status reason }
  lines { productId productName quantity unitPrice { amount } subtotal { amount }
    product { id name seller { id displayName } stock { total available held sold } } }
  payments { id status amount { amount } refunded { amount } declineReason } } }`;
