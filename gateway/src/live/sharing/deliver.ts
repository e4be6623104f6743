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
  key: string;
  payload: Buffer;
  version: number;
}

interface State {
  /** The viewer was given everything up to this version, or what overtook it. */
  seen: number;
  /** What they were given beyond it, by key. Only who is behind with several things has this. */
  given: Map<string, number> | undefined;
  joinedAt: number;
  /** How many versions there were of which each was given or counted as overtaken; the others are still to be given. */
  accounted: number;
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
  let latest: readonly Entry[] = [];
  let version = 0;
  let currentSince = 0;
  let delivering = false;

  /** What they have the oldest value of: what changes all the time does not keep the rest from them. */
  function choose(state: State): Entry | undefined {
    const { seen, given, joinedAt } = state;
    const only = !given && (newest.size === 1 || seen === version - 1);
    let next: Entry | undefined;
    let waiting = 0;
    let sinceJoined = 0;
    for (const entry of only ? latest : newest.values()) {
      const had = given?.get(entry.key) ?? 0;
      if (entry.version <= Math.max(seen, had)) continue;
      waiting += 1;
      if (entry.version > joinedAt) sinceJoined += 1;
      if (!next || had < (given?.get(next.key) ?? 0)) next = entry;
    }
    const overtaken = version - state.accounted - sinceJoined;
    if (overtaken > 0) onOvertaken(overtaken);
    state.accounted += overtaken;
    if (next && next.version > joinedAt) state.accounted += 1;
    if (next && waiting > 1) {
      state.given = (given ?? new Map<string, number>()).set(next.key, next.version);
    } else {
      state.given = undefined;
      state.seen = version;
    }
    return next;
  }

  function feed(viewer: Viewer, state: State): void {
    if (state.busy || state.seen === version) return;
    const entry = choose(state);
    if (!entry) return;
    state.busy = true;
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
      const state: State = {
        seen: currentSince,
        given: undefined,
        joinedAt: version,
        accounted: version,
        busy: false,
      };
      states.set(viewer, state);
      feed(viewer, state);
    },
    remove: (viewer) => void states.delete(viewer),
    send: (key, payload) => {
      version += 1;
      newest.delete(key);
      newest.delete(UNKNOWN);
      const entry = { key, payload, version };
      latest = [entry];
      newest.set(key, entry);
      const [oldest] = newest.keys();
      if (oldest !== undefined && newest.size > KEYS) newest.delete(oldest);
      if (!delivering) deliver();
    },
    outdate: () => (currentSince = version),
    end: (last) => {
      const leaving = [...states];
      states.clear();
      for (const [viewer, state] of leaving) {
        for (const { key, payload, version } of newest.values()) {
          if (version > Math.max(state.seen, state.given?.get(key) ?? 0)) {
            viewer.next(payload, () => undefined);
          }
        }
        last(viewer);
      }
    },
  };
}
