// What a cascade keeps while it runs, in a folder beside its network: stage-1/ is the network after
// the training of the first stage, stage-1.frames the runs of it that were measured.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type FrameBlock, openFrames, readFrames } from "../data/index.ts";
import type { CascadeKeeper, MeasuredRuns, TrainedStage } from "../deploy/index.ts";
import { readNetwork, writeNetwork } from "../network/index.ts";
import { programName } from "./host.node.ts";

/**
 * A keeper that lets a cascade go on after its process was killed at any moment.
 *
 * @param folder  Made when the first stage is kept.
 */
export function createCascadeKeeper(folder: string): CascadeKeeper {
  const placeOf = (stage: number): string => join(folder, `stage-${stage + 1}`);
  return {
    async trained(stage) {
      const place = placeOf(stage);
      if (!existsSync(join(place, "network.json"))) return undefined;
      const { network, training } = await readNetwork(place);
      return { network, record: training as unknown as TrainedStage["record"] };
    },
    async keepTrained(stage, { network, record }) {
      await mkdir(folder, { recursive: true });
      const training = { ...record };
      await writeNetwork(placeOf(stage), network, { program: await programName(), training });
    },
    openRuns: (stage, sizes) => openRuns(`${placeOf(stage)}.frames`, blocksOf(sizes)),
  };
}

function openRuns(path: string, blocks: readonly FrameBlock[]): MeasuredRuns {
  const writer = openFrames(path, blocks);
  const { count } = writer;
  const reader = readFrames(path, blocks);
  return {
    count,
    read: (run) => reader.read(run),
    append: (responses) => writer.append([responses]),
    close: async () => {
      reader.close();
      await writer.close();
    },
  };
}

/** Neighbouring runs of one size as one block. */
function blocksOf(sizes: readonly number[]): FrameBlock[] {
  const blocks: { frames: number; values: number }[] = [];
  for (const values of sizes) {
    const last = blocks.at(-1);
    if (last?.values === values) last.frames++;
    else blocks.push({ frames: 1, values });
  }
  return blocks;
}
