import type { Turns } from './turns.js';

/** Who is given what is new. */
export interface Viewer {
  /**
   * @param payload a whole answer as JSON; it is shared, and must not be changed.
   * @param taken to be called when the viewer can take another one.
   */
  next(payload: Buffer, taken: () => void): void;
  /** @param errors a list of GraphQL errors as JSON. Nothing comes after it. */
  error(errors: Buffer): void;
  /** Nothing comes after it. */
  complete(): void;
}

export interface Delivery {
  viewers(): number;
  /** The newcomer is given what is current at once. */
  add(viewer: Viewer): void;
  remove(viewer: Viewer): void;
  /**
   * @param key what it is about: it takes the place of the payload before of the same key. Empty where that cannot be
   * said (nothing was found out); it is current until anything else is.
   */
  send(key: string, payload: Buffer): void;
  /** What was sent so far is not current any more: newcomers wait for what is sent next. */
  outdate(): void;
  /** Gives every viewer what they have not had yet, hands them to `last`, and forgets them. */
  end(last: (viewer: Viewer) => void): void;
}

interface Entry {
  payload: Buffer;
  version: number;
}

interface State {
  /** The version that the viewer was given last. */
  seen: number;
  joinedAt: number;
  busy: boolean;
}

/** A few milliseconds of writing: what else the process has to answer comes in between. */
const SLICE = 250;
/** More things than one subscription can be about; those that changed longest ago are forgotten. */
const KEYS = 200;
const UNKNOWN = '';

/**
 * Gives everybody the newest payload of each key. A viewer who has not taken one yet is given no other: what is
 * overtaken meanwhile they are never given, so nothing is held for them but what is held for all.
 *
 * @param later does the next slice, when others have had their turn.
 * @param onOvertaken told how many payloads a viewer was not given.
 */
export function openDelivery(later: Turns, onOvertaken: (count: number) => void): Delivery {
  const states = new Map<Viewer, State>();
  /** Oldest first. */
  const newest = new Map<string, Entry>();
  let latest: Entry | undefined;
  let version = 0;
  let currentSince = 0;
  let delivering = false;

  function nextFor({ seen }: State): Entry | undefined {
    if (seen === version - 1) return latest;
    for (const entry of newest.values()) if (entry.version > seen) return entry;
    return undefined;
  }

  function feed(viewer: Viewer, state: State): void {
    if (state.busy || state.seen === version) return;
    const entry = nextFor(state);
    if (!entry) return;
    const overtaken = entry.version - Math.max(state.seen, state.joinedAt) - 1;
    if (overtaken > 0) onOvertaken(overtaken);
    state.busy = true;
    state.seen = entry.version;
    viewer.next(entry.payload, () => {
      state.busy = false;
      if (states.get(viewer) === state) feed(viewer, state);
    });
  }

  function deliver(turn = states.entries(), upTo = version): void {
    delivering = true;
    let left = SLICE;
    for (let next = turn.next(); !next.done; next = turn.next()) {
      feed(...next.value);
      left -= 1;
      if (left === 0) {
        later(() => deliver(turn, upTo));
        return;
      }
    }
    if (upTo === version) delivering = false;
    else later(deliver);
  }

  return {
    viewers: () => states.size,
    add: (viewer) => {
      const state = { seen: currentSince, joinedAt: version, busy: false };
      states.set(viewer, state);
      feed(viewer, state);
    },
    remove: (viewer) => void states.delete(viewer),
    send: (key, payload) => {
      version += 1;
      newest.delete(key);
      newest.delete(UNKNOWN);
      latest = { payload, version };
      newest.set(key, latest);
      const [oldest] = newest.keys();
      if (oldest !== undefined && newest.size > KEYS) newest.delete(oldest);
      if (!delivering) deliver();
    },
    outdate: () => (currentSince = version),
    end: (last) => {
      const leaving = [...states];
      states.clear();
      for (const [viewer, state] of leaving) {
        for (const { payload, version } of newest.values()) {
          if (version > state.seen) viewer.next(payload, () => undefined);
        }
        last(viewer);
      }
    },
  };
}
