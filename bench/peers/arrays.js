// The arrays of a problem, as the engines in JavaScript want them.
import { readFile } from "node:fs/promises";
import { parseNpz } from "twinloom/data";

/**
 * Read a problem.
 *
 * @param {string} path
 * @returns {Promise<(name: string) => { shape: number[], data: Float32Array }>}
 */
export async function readArrays(path) {
  const { arrays } = parseNpz(await readFile(path), path);
  return (name) => {
    const array = arrays.get(name);
    if (!array) throw new Error(`${path} has no array '${name}'`);
    return { shape: [...array.shape], data: Float32Array.from(array.data) };
  };
}
