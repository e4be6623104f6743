import { registerEnumType } from 'type-graphql';

export enum SalePhase {
  SCHEDULED = 'SCHEDULED',
  OPEN = 'OPEN',
  PAUSED = 'PAUSED',
  SOLD_OUT = 'SOLD_OUT',
  CLOSED = 'CLOSED',
}
registerEnumType(SalePhase, {
  name: 'SalePhase',
  description: 'Where a sale stands, by the clock that opens it and the units left.',
  valuesConfig: {
    SCHEDULED: { description: 'Not open yet.' },
    OPEN: { description: 'Units are available to whoever comes first.' },
    PAUSED: { description: 'Stopped by its seller for now; holds go on.' },
    SOLD_OUT: { description: 'No unit is available; unpaid holds may still come back.' },
    CLOSED: { description: 'Over.' },
  },
});
