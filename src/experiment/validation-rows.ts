import type { TwinValidation } from "../twin/index.ts";

/** What a twin is graded by: name, error, sampling floor and their ratio. */
export function validationRows(
  validation: TwinValidation,
): readonly (readonly [string, number, number, number])[] {
  const { mean, std, autocov, observableCorrelation } = validation;
  const named = Object.entries({
    ...{ mean, std, autocov },
    ...(observableCorrelation ? { "correlation between observables": observableCorrelation } : {}),
  });
  return named.map(([name, { error, floor, ratio }]) => [name, error, floor, ratio]);
}
