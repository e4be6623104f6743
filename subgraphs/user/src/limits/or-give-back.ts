/**
 * Does what an attempt was counted for. When that fails, nothing came of the attempt, and it is given back: nobody shall
 * wait for an hour because a database was away.
 *
 * @param undone must not reject: the failure is what is told.
 */
export async function orGiveBack<T>(work: () => Promise<T>, undone: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undone();
    throw error;
  }
}
