/** Every way a call can be refused. The command line maps codes to exit statuses. */
export type FaultCode =
  | "shape-mismatch"
  | "bad-value"
  | "bad-recipe"
  | "missing-file"
  | "unreadable-file"
  | "unknown-name"
  | "not-finite"
  | "out-of-range"
  | "device-failure"
  | "interrupted"
  | "internal";

/** What a reader in a lab needs: all five, so none can be left out. */
export interface FaultDetails {
  /** The function or file in which the fault was noticed. */
  readonly where: string;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

/** The only error class of the project; made by {@link fault}. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly details: FaultDetails;

  constructor(code: FaultCode, details: FaultDetails) {
    const { where, what, got, expected, fix } = details;
    super(`${where}: ${what}. Got ${got}, expected ${expected}. ${fix}.`);
    this.name = "Fault";
    this.code = code;
    this.details = details;
  }
}

/**
 * Build an error that says where, what is wrong, what came, what was expected, and what to do.
 *
 * @param code     One of the closed list of codes.
 * @param details  Fragments without a final full stop; they become one message.
 * @returns        The error, to be thrown by the caller.
 */
export function fault(code: FaultCode, details: FaultDetails): Fault {
  return new Fault(code, details);
}

/** Whether a caught value is one of our faults. */
export function isFault(error: unknown): error is Fault {
  return error instanceof Fault;
}
