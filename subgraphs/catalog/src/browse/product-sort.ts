import { registerEnumType } from 'type-graphql';

export enum ProductSort {
  NEWEST = 'NEWEST',
  OPENING_SOON = 'OPENING_SOON',
  PRICE_LOW = 'PRICE_LOW',
  PRICE_HIGH = 'PRICE_HIGH',
  NAME = 'NAME',
}
registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'The order of a list of products.',
  valuesConfig: {
    NEWEST: { description: 'The last created first.' },
    OPENING_SOON: {
      description:
        'Those that open later, the soonest first; then those that have opened, the latest first. Pages that follow keep to the instant of the first one.',
    },
    PRICE_LOW: { description: 'The cheapest first.' },
    PRICE_HIGH: { description: 'The dearest first.' },
    NAME: { description: 'By name, as dictionaries sort: signs, digits, Latin letters, Hangul.' },
  },
});
