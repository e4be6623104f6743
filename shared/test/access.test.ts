import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { Directive, Query, Resolver } from 'type-graphql';
import { access, accessTable, type Access } from '../src/access/index.js';
import { buildSubgraph } from '../src/graphql/index.js';

@Resolver()
class House {
  @Query(() => Number)
  door(): number {
    return 1;
  }

  @Directive('@inaccessible')
  @Query(() => Number)
  cellar(): number {
    return 0;
  }
}

const build = (door: Access, cellar: Access) =>
  buildSubgraph({
    resolvers: [new House()],
    access: accessTable([
      ['Query', door, 'door'],
      ['Query', cellar, 'cellar'],
    ]),
  });

test('marks what is public, and what is costly, in the schema that is emitted', async () => {
  const { sdl } = await build(access.PUBLIC_COSTLY, access.SERVICE);
  expect(sdl).toContain('door: Float! @tag(name: "public") @tag(name: "costly")\n');
  expect(sdl).toContain('cellar: Float! @inaccessible\n');
  expect((await build(access.SIGNED_IN, access.SERVICE)).sdl).toContain('door: Float!\n');
});

test('builds no subgraph with a field that nobody classified, and names every one', async () => {
  const built = buildSubgraph({ resolvers: [new House()], access: accessTable([]) });
  await expect(built).rejects.toThrow(
    /Query\.door is not in the table.*\n.*Query\.cellar is not in the table/,
  );
});

test('publishes nothing that is kept for services, and keeps nothing from clients that is theirs', async () => {
  await expect(build(access.SERVICE, access.SERVICE)).rejects.toThrow('Query.door has to be @inaccessible');
  await expect(build(access.PUBLIC, access.PUBLIC)).rejects.toThrow('Query.cellar has to be @inaccessible');
});

test('takes no table that classifies a field twice', () => {
  const rows = () =>
    accessTable([
      ['Query', access.PUBLIC, 'door'],
      ['Query', access.ROLE_OPERATOR, 'cellar door'],
    ]);
  expect(rows).toThrow('Query.door is in the table of access twice');
});
