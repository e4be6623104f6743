/** Whether PostgreSQL refused a row because there is one already. */
export const isUniqueViolation = (error: unknown): boolean => (error as { code?: unknown }).code === '23505';
