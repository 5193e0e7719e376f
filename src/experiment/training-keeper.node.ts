// The checkpoint of a training of a network, in a folder beside it until the network is kept.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../data/index.ts";
import { formatCheckpoint, parseCheckpoint } from "../twin/index.ts";
import type { TrainingKeeper } from "./loop-context.ts";

/** Least time between two checkpoints, s. */
const interval = 30;

/**
 * Keeps how far a training has come, so that a run that goes on does not begin it again.
 *
 * @param folder  Made with the first checkpoint.
 */
export function createTrainingKeeper(folder: string): TrainingKeeper {
  const seconds = (): number => performance.now() / 1000;
  return {
    async open(name) {
      const place = join(folder, `${name}.safetensors`);
      const checkpoint = existsSync(place)
        ? parseCheckpoint(await readFile(place), place)
        : undefined;
      let written = seconds();
      return {
        checkpoint,
        async onCheckpoint(make, occasion) {
          if (occasion === "report" && seconds() - written < interval) return;
          await mkdir(folder, { recursive: true });
          await writeAtomically(place, formatCheckpoint(make()), { overwrite: true });
          written = seconds();
        },
      };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
