/** What a newcomer finds in the editor; its play button asks which of them to send. */
export const FIRST_OPERATIONS = `# What is on sale, and how much of it is left.
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

# Watch units go: put the id of a product here.
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

# For what is not public: put the accessToken into the headers, as
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
