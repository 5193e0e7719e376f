import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fault } from "../base/index.ts";
import { formatNetwork, type NetworkRecord, parseNetwork, type StoredNetwork } from "./files.ts";
import type { Network } from "./network.ts";

/** How {@link writeNetwork} writes. */
export interface WriteNetworkOptions extends NetworkRecord {
  /** Replace a folder that is there (default false). */
  readonly overwrite?: boolean;
}

const documentName = "network.json";
const weightsName = "weights.safetensors";

/**
 * Write a network as a folder: whole, or not at all.
 *
 * @param path  The folder to make.
 * @throws      `bad-value` if something is there already and `overwrite` was not asked for, or the
 *              network could not run.
 */
export async function writeNetwork(
  path: string,
  network: Network,
  options: WriteNetworkOptions,
): Promise<void> {
  const target = resolve(path);
  if (existsSync(target) && !options.overwrite) {
    throw fault("bad-value", {
      where: "writeNetwork",
      what: "something is there already, and nothing is overwritten unasked",
      got: `'${path}'`,
      expected: "a path where nothing is",
      fix: "Choose another name, or ask for overwrite",
    });
  }
  const { document, weights } = formatNetwork(network, options);
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.writing-${randomUUID()}`;
  await mkdir(temporary);
  try {
    await writeFile(join(temporary, documentName), document);
    await writeFile(join(temporary, weightsName), weights);
    if (existsSync(target)) {
      const aside = `${target}.replaced-${randomUUID()}`;
      await rename(target, aside);
      await rename(temporary, target);
      await rm(aside, { recursive: true, force: true });
    } else await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Read a network from its folder.
 *
 * @throws  `missing-file`; `unreadable-file` or `bad-value` for a folder that holds no whole network.
 */
export async function readNetwork(path: string): Promise<StoredNetwork> {
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(path, name));
    } catch (error) {
      throw fault("missing-file", {
        where: "readNetwork",
        what: "a file of the network cannot be opened",
        got: error instanceof Error ? error.message : String(error),
        expected: `a folder with ${documentName} and ${weightsName}`,
        fix: "Correct the path, or copy the whole folder from where it was written",
      });
    }
  };
  const document = new TextDecoder().decode(await read(documentName));
  return parseNetwork({ document, weights: await read(weightsName) }, path);
}
