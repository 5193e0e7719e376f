import type { Progress } from "../experiment/index.ts";

/** Where progress is drawn. */
export interface ProgressTarget {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** One line that tells how far a verb has come and how long it will take. */
export interface ProgressLine {
  update(progress: Progress): void;
  /** Remove the line, so that other text can be written; the next update draws it again. */
  clear(): void;
}

const redrawMs = 100;
const plainMs = 10_000;

/**
 * A progress line: redrawn in place on a terminal, a plain line every ten seconds elsewhere.
 *
 * @param target  Usually stderr.
 * @param clock   ms; read at every update.
 */
export function createProgressLine(
  target: ProgressTarget,
  clock: () => number = () => performance.now(),
): ProgressLine {
  let stage = "";
  let started = 0;
  let firstDone = 0;
  let drawn = clock();
  let isShown = false;
  const clear = (): void => {
    if (isShown) target.write("\r\x1b[K");
    isShown = false;
  };
  return {
    clear,
    update(progress) {
      const now = clock();
      const isNew = progress.stage !== stage;
      if (isNew) {
        stage = progress.stage;
        started = now;
        firstDone = progress.done;
        if (isShown) target.write("\n");
        isShown = false;
      }
      const isLast = progress.done >= progress.total;
      const due = target.isTTY
        ? isNew || isLast || now - drawn >= redrawMs
        : now - drawn >= plainMs;
      if (!due) return;
      drawn = now;
      const timing = { seconds: (now - started) / 1000, since: progress.done - firstDone };
      if (!target.isTTY) {
        target.write(`${formatProgress(progress, timing)}\n`);
        return;
      }
      const line = formatProgress(progress, timing, barWidth);
      target.write(`\r\x1b[K${[...line].slice(0, (target.columns ?? 80) - 1).join("")}`);
      isShown = true;
    },
  };
}

const barWidth = 12;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * The text of a progress line: "fit: drift  45 %|█████▍      | 900/2000 updates [12s<15s, 74.1/s] loss 0.12".
 *
 * @param timing  Seconds since the stage began, and how much of `done` was done since.
 * @param width   Characters of the bar; none where left out.
 */
export function formatProgress(
  progress: Progress,
  timing: { readonly seconds: number; readonly since: number },
  width = 0,
): string {
  const { stage, done, total, unit, measures = {} } = progress;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const rate = timing.seconds > 0 ? timing.since / timing.seconds : 0;
  const left = rate > 0 ? formatDuration((total - done) / rate) : "?";
  const numbers = Object.entries(measures).map(([name, value]) => `${name} ${shorten(value)}`);
  return [
    `${stage} ${`${Math.floor(100 * share)}`.padStart(3)} %${width > 0 ? bar(share, width) : ","}`,
    `${shorten(done)}/${shorten(total)} ${unit}`,
    `[${formatDuration(timing.seconds)}<${left}, ${rate > 0 ? shorten(rate) : "?"}/s]`,
    ...numbers,
  ].join(" ");
}

function bar(share: number, width: number): string {
  const cells = Math.round(8 * width * share);
  const filled = `${"█".repeat(cells >> 3)}${eighths[cells & 7]}`;
  return `|${filled.padEnd(width)}|`;
}

/** Seconds as "42s", "3m05s" or "1h02m". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}

const shorten = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
