/**
 * The columns of a table as a statement names them: `orders.id, orders.number, …`.
 *
 * A service prepares its statements. One that returns `*` returns something else after a migration has added a column,
 * and PostgreSQL refuses it once on each connection ("cached plan must not change result type"); one that names its
 * columns goes on, so that a schema can grow while an older version serves.
 *
 * @param table its name or alias in the statement.
 * @param columns each field of the row, so that none can be forgotten.
 */
export const columnsOf = <Row extends object>(table: string, columns: Record<keyof Row, true>): string =>
  Object.keys(columns)
    .map((column) => `${table}.${column}`)
    .join(', ');
