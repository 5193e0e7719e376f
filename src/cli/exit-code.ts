import { CommanderError } from "commander";
import { type FaultCode, isFault } from "../base/index.ts";

/** How the program ends. */
export const exitCodes: {
  readonly done: 0;
  readonly failure: 1;
  /** Wrong usage, or input that cannot be used: the reader can put it right. */
  readonly badInput: 2;
  readonly interrupted: 130;
} = { done: 0, failure: 1, badInput: 2, interrupted: 130 };

const codeOf: { readonly [Code in FaultCode]: number } = {
  "shape-mismatch": exitCodes.badInput,
  "bad-value": exitCodes.badInput,
  "bad-recipe": exitCodes.badInput,
  "missing-file": exitCodes.badInput,
  "unreadable-file": exitCodes.badInput,
  "unknown-name": exitCodes.badInput,
  "out-of-range": exitCodes.badInput,
  "not-finite": exitCodes.failure,
  "device-failure": exitCodes.failure,
  internal: exitCodes.failure,
  interrupted: exitCodes.interrupted,
};

/** The exit code of whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  if (isFault(error)) return codeOf[error.code];
  if (!(error instanceof CommanderError)) return exitCodes.failure;
  const asked = ["commander.helpDisplayed", "commander.version"].includes(error.code);
  return asked ? exitCodes.done : exitCodes.badInput;
}
