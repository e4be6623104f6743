/** Whether PostgreSQL refused because a product would be of a category that is not there (SQLSTATE 23503). */
export function isOfNoCategory(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23503' && constraint === 'product_category_id_fkey';
}
