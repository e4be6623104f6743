/** A checkout that took a unit, as who watches can tell it: what is available then, and when its buyer was answered. */
export interface Change {
  available: number;
  /** By the clock that all processes have in common. */
  answeredAt: number;
}
