// A trained network as a folder, with what a run says of its training.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readNetwork, writeNetwork } from "../network/index.ts";
import type { NetworkKeeper, TrainedNetwork } from "./loop-context.ts";

/**
 * Keeps one trained network, so that a run that goes on does not train it again.
 *
 * @param place    The network folder.
 * @param program  Who writes it.
 */
export function createNetworkKeeper(place: string, program: string): NetworkKeeper {
  return {
    async read() {
      return existsSync(join(place, "network.json")) ? readTrainedNetwork(place) : undefined;
    },
    async keep({ network, ...training }) {
      await writeNetwork(place, network, { program, training });
    },
  };
}

/** What is missing in folders of older programs. */
const untold = {
  history: [],
  training: { value: Number.NaN, interval: [Number.NaN, Number.NaN], n: 0 },
} as const;

/** A network with how it was trained, as `keep` left it. */
export async function readTrainedNetwork(place: string): Promise<TrainedNetwork> {
  const { network, training } = await readNetwork(place);
  return { ...untold, ...(training as unknown as Omit<TrainedNetwork, "network">), network };
}
