import { expect, test } from '@jest/globals';
import { processNames, serviceOf, takeReplicas } from '../platform/replicas.ts';

const ONE_OF_EACH = { user: 1, catalog: 1, order: 1, payment: 1 };

test.each([
  [['--replicas', 'order=2,catalog=3'], { order: 2, catalog: 3 }, []],
  [['--replicas=order=2', 'flash-sale', '--buyers', '10'], { order: 2 }, ['flash-sale', '--buyers', '10']],
  [
    ['flash-sale', '--replicas', 'order=2', '--stock', '5', '--replicas=user=9'],
    { order: 2, user: 9 },
    ['flash-sale', '--stock', '5'],
  ],
  [['--unknown'], {}, ['--unknown']],
])('%j is understood', (args, replicas, rest) => {
  expect(takeReplicas(args)).toEqual({ replicas: { ...ONE_OF_EACH, ...replicas }, rest });
});

test.each([
  [['--replicas'], /how many of which service/],
  [['--replicas', 'gateway=2'], /one machine has one gateway/],
  [['--replicas', 'orders=2'], /no service "orders", only user, catalog, order, payment/],
  [['--replicas', 'order=0'], /order= takes a whole number from 1 to 9, not "0"/],
  [['--replicas', 'order=10'], /not "10"/],
  [['--replicas', 'order=two'], /not "two"/],
  [['--replicas', 'order'], /not ""/],
  [['--replicas', 'order=2=3'], /order= takes/],
  [['--replicas', 'order=2,order=3'], /order is named twice/],
])('%j is refused in words', (args, message) => {
  expect(() => takeReplicas(args)).toThrow(message);
});

test('a process is called by its service, with a number where there are several', () => {
  expect(processNames('order', 1)).toEqual(['order']);
  expect(processNames('order', 2)).toEqual(['order-1', 'order-2']);
  expect(['order', 'order-2', 'gateway'].map(serviceOf)).toEqual(['order', 'order', 'gateway']);
});
