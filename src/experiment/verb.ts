/** How far a verb has come; front ends draw it. */
export interface Progress {
  /** What is being done: "record", "fit: drift". */
  readonly stage: string;
  /** Of `total`, in `unit`. */
  readonly done: number;
  readonly total: number;
  /** What is counted, in the plural: "runs", "updates". */
  readonly unit: string;
  /** Numbers worth seeing meanwhile, by name. */
  readonly measures?: Readonly<Record<string, number>>;
}

/** What every verb is given by the front end that calls it. */
export interface VerbContext {
  /** Ends the verb at the next safe point; it rejects with `interrupted` and leaves nothing half written. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Something worth a line of its own. */
  readonly onRemark?: (text: string) => void;
}
