import { graphqlRequest } from '../../load/requests.js';

const QUERY = 'query ($id: ID!) { product(id: $id) { id stock { available held sold asOf } } }';
/** As long as any product's id, so that one can be put in its place. */
const ANY_ID = '00000000-0000-0000-0000-000000000000';

/** A whole request for one product's stock; another product's is made of it by `ask`. */
export const stockRequest = (gateway: URL, accessToken: string): Buffer =>
  graphqlRequest(gateway, { query: QUERY, variables: { id: ANY_ID } }, accessToken);

/** @returns puts a product's id into the request, which must not be on its way */
export function asker(request: Buffer): (id: string) => Buffer {
  const at = request.indexOf(ANY_ID);
  return (id) => {
    request.write(id, at, 'latin1');
    return request;
  };
}
