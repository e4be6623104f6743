/** A stream whose reader may be slow: of each key it keeps the newest value only, so it never grows. */
export interface Newest<T> {
  stream: AsyncIterableIterator<T>;
  /** Replaces what the reader has not taken yet of this key. */
  put(key: string, value: T): void;
  /** Ends the stream: its reader is told the error next. */
  fail(error: Error): void;
}

interface Reader<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: Error): void;
}

/**
 * Not an async generator: one that waits for a value only hears that its reader has gone when the next value
 * comes, and until then would hold whatever it watches.
 *
 * @param closed called once, when the reader has gone or the stream has failed.
 */
export function openNewest<T>(closed: () => void): Newest<T> {
  const values = new Map<string, T>();
  const readers: Reader<T>[] = [];
  let failure: Error | undefined;
  let open = true;

  function end(): void {
    if (!open) return;
    open = false;
    values.clear();
    closed();
    for (const reader of readers.splice(0)) settle(reader);
  }

  /** Gives the reader what there is to say now; false when there is nothing. */
  function settle(reader: Reader<T>): boolean {
    const [newest] = values;
    if (newest) {
      values.delete(newest[0]);
      reader.resolve({ value: newest[1], done: false });
    } else if (failure) {
      reader.reject(failure);
      failure = undefined;
    } else if (!open) reader.resolve(DONE);
    else return false;
    return true;
  }

  return {
    stream: {
      next: () =>
        new Promise((resolve, reject) => {
          const reader = { resolve, reject };
          if (!settle(reader)) readers.push(reader);
        }),
      return: () => {
        failure = undefined;
        end();
        return Promise.resolve(DONE);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
    put: (key, value) => {
      if (!open) return;
      values.set(key, value);
      const reader = readers.shift();
      if (reader) settle(reader);
    },
    fail: (error) => {
      if (!open) return;
      failure = error;
      end();
    },
  };
}

const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };
