/** When a breaker opens, and how it closes again. All rates are percent, and met when they are reached (≥). */
export interface BreakerSettings {
  /** The newest calls that count while it is closed. */
  windowCalls: number;
  /** Of them there have to be so many before any rate counts. */
  minimumCalls: number;
  failureRate: number;
  /** A call that takes longer than this (>) is slow. */
  slowCallMs: number;
  slowRate: number;
  /** How long it stays open; then it is half-open by itself, whether or not anybody calls. */
  openMs: number;
  /** Calls let through while it is half-open; when they have ended, the rates over them decide. */
  trialCalls: number;
  /** A call without an end by then has failed, so that no trial is waited for in vain. */
  callDeadlineMs: number;
}

export const BREAKER_DEFAULTS: Readonly<BreakerSettings> = {
  windowCalls: 30,
  minimumCalls: 20,
  failureRate: 40,
  slowCallMs: 1_000,
  slowRate: 50,
  openMs: 30_000,
  trialCalls: 5,
  callDeadlineMs: 3_000,
};

const COUNTS = ['windowCalls', 'minimumCalls', 'trialCalls'] as const;
const RATES = ['failureRate', 'slowRate'] as const;
const TIMES = ['slowCallMs', 'openMs', 'callDeadlineMs'] as const;
const LONGEST_MS = 24 * 60 * 60_000;

/** Fills in what is left out. @throws RangeError for settings by which a breaker would never open, or never close. */
export function breakerSettings(given: Partial<BreakerSettings>): BreakerSettings {
  const settings = { ...BREAKER_DEFAULTS, ...given };
  for (const name of COUNTS) demand(name, Number.isInteger(settings[name]) && settings[name] >= 1, settings);
  for (const name of RATES) demand(name, settings[name] > 0 && settings[name] <= 100, settings);
  for (const name of TIMES) demand(name, settings[name] > 0 && settings[name] <= LONGEST_MS, settings);
  demand('minimumCalls', settings.minimumCalls <= settings.windowCalls, settings);
  return settings;
}

function demand(name: keyof BreakerSettings, holds: boolean, settings: BreakerSettings): void {
  if (!holds) throw new RangeError(`a circuit breaker cannot have ${name} = ${settings[name]}`);
}
