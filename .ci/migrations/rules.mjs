// What a migration may do while the version before it serves: expand. What takes something away that this version
// uses, or stops its statements for as long as a table is long, has to say that it may (`-- contract: why`).
import { parse } from 'libpg-query';

/** A reason of at least a few words. */
const CONTRACT = /^-- contract: .{20,}$/m;

/**
 * @param {string} sql of one migration
 * @returns {Promise<string[]>} what the version before could not live with; empty where the migration says why it can
 */
export async function problemsOf(sql) {
  if (CONTRACT.test(sql)) return [];
  const { stmts = [] } = await parse(sql);
  /** @type {[string, any][]} */
  const statements = stmts.flatMap(({ stmt }) => Object.entries(stmt ?? {}));
  // Nobody uses what the same migration makes.
  const own = new Set(
    statements.flatMap(([kind, body]) => (kind === 'CreateStmt' ? [body.relation.relname] : [])),
  );
  return statements.flatMap(([kind, body]) =>
    own.has(body.relation?.relname) ? [] : (rules[kind]?.(body) ?? []),
  );
}

/** By kind of statement, as PostgreSQL's parser names it. @type {Record<string, (body: any) => string[]>} */
const rules = {
  AlterTableStmt: ({ relation, cmds }) =>
    cmds.flatMap((/** @type {any} */ { AlterTableCmd: command }) => {
      const problem = changes[command.subtype]?.(command);
      return problem ? [`${relation.relname}: ${problem}`] : [];
    }),
  RenameStmt: ({ relation, subname }) => [
    `${relation?.relname ?? 'something'}${subname ? `.${subname}` : ''} is renamed: the version before knows it by its old name`,
  ],
  DropStmt: ({ removeType }) =>
    ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_FUNCTION', 'OBJECT_SEQUENCE', 'OBJECT_SCHEMA'].includes(
      removeType,
    )
      ? [`${removeType.slice('OBJECT_'.length).toLowerCase()} dropped: the version before may use it`]
      : [],
  IndexStmt: ({ relation, concurrent, unique }) => [
    ...(concurrent ? [] : [`${relation.relname}: an index that is not made CONCURRENTLY stops every write`]),
    ...(unique ? [`${relation.relname}: a unique index refuses what the version before may write`] : []),
  ],
  TruncateStmt: () => ['rows are removed that the version before may read'],
  LockStmt: () => ['a table is locked by hand'],
};

/** @type {(column: { constraints?: { Constraint: { contype: string } }[] }, type: string) => boolean} */
const hasConstraint = ({ constraints = [] }, type) =>
  constraints.some(({ Constraint }) => Constraint.contype === type);

/** By kind of change of a table. @type {Record<string, (command: any) => string | undefined>} */
const changes = {
  AT_DropColumn: ({ name }) => `column ${name} dropped: the version before may read it`,
  AT_AlterColumnType: ({ name }) => `another type of ${name} rewrites the table, and changes what is read`,
  AT_SetNotNull: ({ name }) =>
    `NOT NULL of ${name} reads the whole table under a lock; add a CHECK … NOT VALID first`,
  AT_AddColumn: ({ def: { ColumnDef: column } }) =>
    hasConstraint(column, 'CONSTR_NOTNULL') && !hasConstraint(column, 'CONSTR_DEFAULT')
      ? `column ${column.colname} NOT NULL without a DEFAULT: the version before writes none`
      : undefined,
  AT_AddConstraint: ({ def: { Constraint: constraint } }) =>
    constraint.skip_validation || constraint.indexname
      ? undefined
      : `constraint ${constraint.conname ?? ''} reads the whole table under a lock; add it NOT VALID, and VALIDATE it in another migration`,
};
