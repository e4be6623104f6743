import { afterAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { openChangeFeed } from '@stampede/shared/live';
import { openLog } from '@stampede/shared/telemetry';
import { eventually, openTcpProxy, through } from '@stampede/shared/testing';
import { redisUrl } from './inventory-fixture.js';

const redis = new Redis(redisUrl());
afterAll(() => redis.quit());

/** A feed of a namespace of its own, as every process of an installation has one. */
function openFeeds() {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const opened: { close(): Promise<void> }[] = [];
  const warnings: unknown[] = [];
  const log = openLog('test', 'warn');
  log.warn = (...entry: unknown[]) => void warnings.push(entry);
  log.error = log.debug;
  return {
    warnings,
    channel: `${namespace}:changed:orders`,
    open: (url = redisUrl()) => {
      const feed = openChangeFeed({ redisUrl: url, namespace, topic: 'orders', log });
      opened.push(feed);
      return feed;
    },
    /** Watches, and waits until announcements are heard. */
    watch: async (feed: ReturnType<typeof openChangeFeed>, ...ids: string[]) => {
      const heard: string[] = [];
      const watch = feed.watch(ids, (id) => heard.push(id));
      await eventually(() => expect(heard).toEqual(ids));
      heard.length = 0;
      return { heard, close: watch.close };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((feed) => feed.close()));
    },
  };
}

test('another process hears of what it watches, and of nothing else', async () => {
  await using feeds = openFeeds();
  const { heard } = await feeds.watch(feeds.open(), 'a', 'b');
  const announcing = feeds.open();
  for (const id of ['c', 'a', 'd', 'b']) announcing.announce(id);
  await eventually(() => expect(heard).toEqual(['a', 'b']));
});

test('who wants to hear of whatever changes does, and of everything when something may have been missed', async () => {
  await using feeds = openFeeds();
  await using proxy = await openTcpProxy(redisUrl());
  const heard: string[] = [];
  const feed = feeds.open(through(proxy, redisUrl()));
  const watch = feed.watchAll({
    changed: (id) => heard.push(id),
    everythingChanged: () => heard.push('everything'),
  });
  await eventually(() => expect(heard).toEqual(['everything']));
  const announcing = feeds.open();
  announcing.announce('a');
  announcing.announce('b');
  await eventually(() => expect(heard).toEqual(['everything', 'a', 'b']));
  proxy.cut();
  await eventually(() => expect(feeds.warnings).toHaveLength(1));
  proxy.restore();
  await eventually(() => expect(heard).toEqual(['everything', 'a', 'b', 'everything']));

  watch.close();
  const others: string[] = [];
  feed.watch(['last'], (id) => others.push(id));
  announcing.announce('last');
  await eventually(() => expect(others).toEqual(['last']));
  expect(heard).toHaveLength(4);
});

test('what is announced again in one turn is told once', async () => {
  await using feeds = openFeeds();
  const feed = feeds.open();
  const { heard } = await feeds.watch(feed, 'a', 'last');
  for (let times = 0; times < 100; times += 1) feed.announce('a');
  feed.announce('last');
  await eventually(() => expect(heard).toEqual(['a', 'last']));
});

test('who has stopped watching hears nothing, and others go on', async () => {
  await using feeds = openFeeds();
  const feed = feeds.open();
  const stopped = await feeds.watch(feed, 'a');
  const heard: string[] = [];
  feed.watch(['a'], (id) => heard.push(id));
  stopped.close();
  feed.announce('a');
  await eventually(() => expect(heard).toEqual(['a']));
  expect(stopped.heard).toEqual([]);
});

test('everything watched is told when Redis is back, and what was announced meanwhile arrives', async () => {
  await using feeds = openFeeds();
  await using near = await openTcpProxy(redisUrl());
  await using far = await openTcpProxy(redisUrl());
  const watching = await feeds.watch(feeds.open(through(near, redisUrl())), 'a', 'b');
  const standing = await feeds.watch(feeds.open(), 'a', 'b');
  const announcing = feeds.open(through(far, redisUrl()));
  announcing.announce('a');
  await eventually(() => expect([watching.heard, standing.heard]).toEqual([['a'], ['a']]));

  near.cut();
  far.cut();
  for (let times = 0; times < 3; times += 1) announcing.announce('b');
  await eventually(() => expect(feeds.warnings.length).toBeGreaterThanOrEqual(3));
  near.restore();
  await eventually(() => expect(watching.heard.slice(1)).toEqual(['a', 'b']));
  far.restore();
  await eventually(() => expect(standing.heard).toEqual(['a', 'b']));
  await eventually(() => expect(watching.heard.slice(3)).toEqual(['b']));
  // The subscriber, the publisher's connection, and what it keeps: once each, however long it takes.
  expect(feeds.warnings).toHaveLength(3);
});

test('a network that swallows everything is noticed', async () => {
  await using feeds = openFeeds();
  await using proxy = await openTcpProxy(redisUrl());
  const { heard } = await feeds.watch(feeds.open(through(proxy, redisUrl())), 'a');
  proxy.freeze();
  await eventually(() => expect(feeds.warnings).toHaveLength(1));
  proxy.restore();
  await eventually(() => expect(heard).toEqual(['a']));
});

test('more than can be kept counts as everything', async () => {
  await using feeds = openFeeds();
  await using proxy = await openTcpProxy(redisUrl());
  const { heard } = await feeds.watch(feeds.open(), 'never announced');
  proxy.cut();
  const announcing = feeds.open(through(proxy, redisUrl()));
  for (let number = 0; number <= 10_000; number += 1) announcing.announce(`order ${number}`);
  await eventually(() => expect(feeds.warnings.length).toBeGreaterThanOrEqual(2));
  proxy.restore();
  await eventually(() => expect(heard).toEqual(['never announced']));
});

test('a listener that fails keeps nobody from hearing', async () => {
  await using feeds = openFeeds();
  const feed = feeds.open();
  feed.watch(['a'], () => {
    throw new Error('a mistake');
  });
  const { heard } = await feeds.watch(feed, 'a');
  feed.announce('a');
  await eventually(() => expect(heard).toEqual(['a']));
});

test('a closed feed leaves no subscriber, and has said what it could', async () => {
  await using feeds = openFeeds();
  const standing = await feeds.watch(feeds.open(), 'a', 'b');
  const closing = feeds.open();
  await feeds.watch(closing, 'a');
  closing.announce('a');
  await eventually(() => expect(standing.heard).toEqual(['a']));
  closing.announce('b');
  await closing.close();
  closing.announce('a');
  await eventually(() => expect(standing.heard).toEqual(['a', 'b']));
  expect(await redis.pubsub('NUMSUB', feeds.channel)).toEqual([feeds.channel, 1]);
});
