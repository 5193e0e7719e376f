import { InvalidArgumentError } from "commander";

/** Reads a whole number from `least` up; for commander's options. */
export function parseWhole(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`${name} takes a whole number of at least ${least}.`);
  };
}

/** Reads a list of whole numbers with commas, such as 64,64. */
export function parseWholes(name: string, least: number): (text: string) => number[] {
  const parse = parseWhole(name, least);
  return (text) => {
    try {
      return text.split(",").map(parse);
    } catch {
      throw new InvalidArgumentError(
        `${name} takes whole numbers of at least ${least} with commas, such as 64,64.`,
      );
    }
  };
}

/** Reads a positive number. */
export function parsePositive(name: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new InvalidArgumentError(`${name} takes a number above 0.`);
  };
}
