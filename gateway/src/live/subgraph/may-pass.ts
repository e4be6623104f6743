/** Whether something was away that may well be there when it is asked for again. */
export const mayPass = (errors: readonly unknown[] = []): boolean =>
  (errors as { extensions?: { code?: unknown } }[]).some(
    ({ extensions }) => extensions?.code === 'SERVICE_UNAVAILABLE',
  );
