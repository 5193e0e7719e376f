import { fault } from "../base/index.ts";

/** Every buffer starts on a cache line. */
const alignment = 64;
const roundUp = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Byte ranges handed out and taken back at planning time; the memory itself comes later. */
export interface Arena {
  /** Offset of a free range of at least `bytes`. */
  allocate(bytes: number): number;
  /** Give a range back. */
  release(offset: number): void;
  /** Highest byte ever used. */
  size(): number;
}

/** First fit, lowest offset first, neighbours joined: deterministic and dense. */
export function createArena(): Arena {
  const taken = new Map<number, number>();
  let free: { from: number; to: number }[] = [{ from: 0, to: Number.POSITIVE_INFINITY }];
  let top = 0;
  return {
    allocate(bytes) {
      const size = roundUp(Math.max(bytes, 1));
      const range = free.find(({ from, to }) => to - from >= size);
      if (!range) throw noRange(bytes);
      const offset = range.from;
      range.from += size;
      free = free.filter(({ from, to }) => to > from);
      taken.set(offset, size);
      top = Math.max(top, offset + size);
      return offset;
    },
    release(offset) {
      const size = taken.get(offset);
      if (size === undefined) throw noRange(offset);
      taken.delete(offset);
      const ranges = [...free, { from: offset, to: offset + size }].sort((a, b) => a.from - b.from);
      free = [];
      for (const range of ranges) {
        const last = free[free.length - 1];
        if (last && last.to === range.from) last.to = range.to;
        else free.push({ ...range });
      }
    },
    size: () => top,
  };
}

function noRange(bytes: number): Error {
  return fault("internal", {
    where: "engine.arena",
    what: "internal: a buffer was released that is not in use",
    got: `offset ${bytes}`,
    expected: "an allocated offset",
    fix: "please report this with the plan's text",
  });
}
