import { fault } from "../base/index.ts";
import type { ReadTwinOptions, WriteTwinOptions } from "./files.node.ts";
import type { StoredTwin } from "./files.ts";
import type { Twin } from "./twin.ts";

const refusal = (where: string, path: string): Error =>
  fault("bad-value", {
    where,
    what: "a page has no folders",
    got: `'${path}'`,
    expected: "a program that runs in Node",
    fix: "Use formatTwin and parseTwin on the bytes of the files",
  });

/** Not in a page: use `formatTwin`. @throws `bad-value` */
export async function writeTwin(
  path: string,
  _twin: Twin,
  _options: WriteTwinOptions,
): Promise<void> {
  throw refusal("writeTwin", path);
}

/** Not in a page: use `parseTwin`. @throws `bad-value` */
export async function readTwin(path: string, _options?: ReadTwinOptions): Promise<StoredTwin> {
  throw refusal("readTwin", path);
}
