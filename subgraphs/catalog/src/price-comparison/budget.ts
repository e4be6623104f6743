/** A time to wait, for whoever races against it: `over` is `result` when it has passed, unless it has ended before. */
export interface Budget<T> {
  over: Promise<T>;
  end(): void;
}

export function startBudget<T>(ms: number, result: T): Budget<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(result), ms).unref();
  });
  return { over, end: () => clearTimeout(timer) };
}
