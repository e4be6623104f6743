/** What a newcomer finds in the editor. */
export const PRODUCTS = `# What is on sale, and how much of it is left.
query Products {
  products(first: 5) {
    edges {
      node {
        id
        name
        price {
          amount
          currency
        }
        sale {
          phase
          opensAt
        }
        stock {
          available
          held
          sold
        }
      }
    }
  }
}
`;

const STOCK = `# Watch units go: put the id of a product here, and press play.
subscription Stock {
  stockChanged(productIds: ["PRODUCT"]) {
    name
    sale {
      phase
    }
    stock {
      available
      held
      sold
      asOf
    }
  }
}
`;

const SIGN_IN = `# For what is not public: put the accessToken into the headers of a tab, as
# { "Authorization": "Bearer …" }
mutation SignIn {
  signIn(input: { email: "buyer@stampede.test", password: "stampede-demo" }) {
    ... on AuthSession {
      accessToken
      accessTokenExpiresAt
    }
    ... on Rejection {
      message
    }
  }
}
`;

/** Each in a tab of its own. */
export const FIRST_OPERATIONS = [PRODUCTS, STOCK, SIGN_IN];
