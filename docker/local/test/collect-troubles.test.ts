import { expect, test } from '@jest/globals';
import { collectTroubles, countRepeats } from '../platform/collect-troubles.ts';

test('passes lines on until it collects, then tells each text once, with its number', () => {
  const lines: string[] = [];
  const troubles = collectTroubles((line) => lines.push(line));
  troubles.report('gateway ready');
  troubles.collect();
  for (const line of ['order | slow', 'user | slow', 'order | slow']) troubles.report(line);
  expect(lines).toEqual(['gateway ready']);
  troubles.tell();
  expect(lines.slice(1)).toEqual(['2 × order | slow', '1 × user | slow']);
});

test('keeps the first twenty texts apart, and counts the others together', () => {
  const lines: string[] = [];
  const troubles = collectTroubles((line) => lines.push(line));
  troubles.collect();
  for (let number = 0; number < 25; number++) troubles.report(`order | request ${number} failed`);
  troubles.report('order | request 3 failed');
  troubles.tell();
  expect(lines).toHaveLength(21);
  expect(lines[3]).toBe('2 × order | request 3 failed');
  expect(lines[20]).toBe('5 × something else');
});

test('what is said again is told once more, with its number, and anew after that', () => {
  const lines: string[] = [];
  const { report, tell } = countRepeats((line) => lines.push(line));
  for (const line of ['Redis is away', 'Redis is away', 'Redis is back', 'Redis is away']) report(line);
  expect(lines.splice(0)).toEqual(['Redis is away', 'Redis is back']);
  tell();
  tell();
  report('Redis is away');
  expect(lines).toEqual(['2 × Redis is away', 'Redis is away']);
});
