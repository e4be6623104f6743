/** Who is given what is new. */
export interface Viewer {
  /** @param payload a whole answer as JSON; it is shared, and must not be changed. */
  next(payload: Buffer): void;
  /** @param errors a list of GraphQL errors as JSON. Nothing comes after it. */
  error(errors: Buffer): void;
  /** Nothing comes after it. */
  complete(): void;
}

export interface Delivery {
  viewers(): number;
  /** With `current`, the newcomer is given the newest payload at once, if there is one. */
  add(viewer: Viewer, current: boolean): void;
  remove(viewer: Viewer): void;
  send(payload: Buffer): void;
  /** Hands every viewer to `last`, and forgets them. */
  end(last: (viewer: Viewer) => void): void;
}

/** A few milliseconds of writing: what else the process has to answer comes in between. */
const SLICE = 250;

/** Gives everybody the newest payload, in turns: what is overtaken before somebody's turn they are not given. */
export function openDelivery(): Delivery {
  /** Which version each has been given. */
  const given = new Map<Viewer, number>();
  let newest: Buffer | undefined;
  let version = 0;
  let delivering = false;

  function deliver(turn = given.entries(), upTo = version): void {
    delivering = true;
    let left = SLICE;
    for (let next = turn.next(); !next.done; next = turn.next()) {
      const [viewer, seen] = next.value;
      if (seen === version || !newest) continue;
      given.set(viewer, version);
      viewer.next(newest);
      left -= 1;
      if (left === 0) {
        setImmediate(deliver, turn, upTo);
        return;
      }
    }
    if (upTo === version) delivering = false;
    else setImmediate(deliver);
  }

  return {
    viewers: () => given.size,
    add: (viewer, current) => {
      given.set(viewer, version);
      if (current && newest) viewer.next(newest);
    },
    remove: (viewer) => void given.delete(viewer),
    send: (payload) => {
      newest = payload;
      version += 1;
      if (!delivering) deliver();
    },
    end: (last) => {
      const viewers = [...given.keys()];
      given.clear();
      for (const viewer of viewers) last(viewer);
    },
  };
}
