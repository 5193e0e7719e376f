import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";

/** The program's own name and version. */
export interface ProgramVersion {
  readonly name: string;
  readonly version: string;
}

/** Facts of the machine that a run depends on, or that explain its speed. */
export interface HostFacts {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
}

/** Name and version from package.json, which lies two folders above this file in any build. */
export async function readVersion(): Promise<ProgramVersion> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { name, version } = JSON.parse(text) as ProgramVersion;
  return { name, version };
}

/** "twinloom 0.1.0", as files say who wrote them. */
export async function programName(): Promise<string> {
  const { name, version } = await readVersion();
  return `${name} ${version}`;
}

/** What this machine is. */
export function hostFacts(): HostFacts {
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: Math.round((totalmem() / 2 ** 30) * 10) / 10,
  };
}
