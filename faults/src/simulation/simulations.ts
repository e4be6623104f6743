import type { OpenSimulation } from './simulation.js';

/** By the name that `--only` takes. Loaded by the process that runs it alone. */
export const simulations = {
  stock: async () => (await import('../stock/open-stock-simulation.js')).openStockSimulation,
  saga: async () => (await import('../saga/open-saga-simulation.js')).openSagaSimulation,
} satisfies Record<string, () => Promise<OpenSimulation>>;

export type SimulationName = keyof typeof simulations;

export const simulationNames = Object.keys(simulations) as SimulationName[];
