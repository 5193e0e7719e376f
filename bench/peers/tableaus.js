// Runge-Kutta without noise, k_i = F at the stage, times dt.

/** How much of the last k is added to x at each stage, and the share of each k in the step. */
export const tableaus = {
  "nado-rk2": { ahead: [0, 1], share: [1 / 2, 1 / 2] },
  "nado-rk4": { ahead: [0, 1 / 2, 1 / 2, 1], share: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
};
