/** Does something at most once in so many milliseconds, however often it is asked to. */
export function openSeldom(everyMs: number): (action: () => void) => void {
  let next = -Infinity;
  return (action) => {
    if (performance.now() < next) return;
    next = performance.now() + everyMs;
    action();
  };
}
