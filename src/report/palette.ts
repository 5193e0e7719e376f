// One colour per meaning, in two versions. Figures are drawn with the light colours as plain
// attributes, so that any program can open them; a style sheet swaps them on a dark screen.

interface Colour {
  readonly light: string;
  readonly dark: string;
}

/** What a colour stands for. */
export type ColourName =
  | "ink"
  | "muted"
  | "rule"
  | "paper"
  | "device"
  | "twin"
  | "drive"
  | "first"
  | "second"
  | "third"
  | "fourth"
  | "fifth"
  | "positive"
  | "negative";

const colours: Readonly<Record<ColourName, Colour>> = {
  ink: { light: "#1d1f22", dark: "#e4e1da" },
  muted: { light: "#666a70", dark: "#a3a6ac" },
  rule: { light: "#d6d3cc", dark: "#3d4046" },
  paper: { light: "#fffefb", dark: "#17191c" },
  device: { light: "#1b5e9b", dark: "#74b3ee" },
  twin: { light: "#c4560a", dark: "#f4a259" },
  drive: { light: "#5b5f66", dark: "#aeb2b9" },
  first: { light: "#0f7767", dark: "#56c9b5" },
  second: { light: "#a0356f", dark: "#ea8dbd" },
  third: { light: "#7f6c14", dark: "#d3c05a" },
  fourth: { light: "#5a4fb0", dark: "#aaa2f5" },
  fifth: { light: "#3f7d2c", dark: "#92cf7d" },
  positive: { light: "#1a5f9d", dark: "#73b2ef" },
  negative: { light: "#b5352a", dark: "#f2877a" },
};

/** The colour of a meaning, as it is written in a figure. */
export function colour(name: ColourName): string {
  return colours[name].light;
}

const armColours: readonly ColourName[] = ["first", "second", "third", "fourth", "fifth"];

/** The colour of the arm at a position in its chart; repeats after five. */
export function armColour(position: number): string {
  return colour(armColours[position % armColours.length]);
}

const darkRules = (): string =>
  Object.values(colours)
    .map(
      ({ light, dark }) =>
        `.figure [fill="${light}"]{fill:${dark}}.figure [stroke="${light}"]{stroke:${dark}}`,
    )
    .join("");

/** The style sheet of every figure. It changes nothing on paper or on a light screen. */
export const figureStyle: string = `@media screen and (prefers-color-scheme:dark){.figure{color:${colours.ink.dark}}${darkRules()}}`;

/** Colours of the page, as custom properties: light, then dark. */
export function pageColours(version: "light" | "dark"): string {
  const names: readonly ColourName[] = ["ink", "muted", "rule", "paper", "device"];
  return names.map((name) => `--${name}:${colours[name][version]}`).join(";");
}
