// What the command line says to recipes and to data of a task that cannot be used: each ends with exit
// code 2, a whole message, and no run folder.
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { formatWav } from "../src/tasks/wav.test-support.ts";
import { createCommandLine } from "./command-line.test-support.ts";

const { place, refusal, remove } = createCommandLine();
afterAll(remove);

const recipe = (name: string, text: string): string => {
  writeFileSync(place(name), `name: x\ndevice: {kind: leaky-integrator}\n${text}`);
  return place(name);
};
const narma = recipe("narma.yaml", "task: {name: narma5}\n");
const digits = recipe("digits.yaml", "task: {name: spokenDigits}\n");
const run = (path: string, ...more: string[]): Promise<string> =>
  refusal("run", path, ...more, "-o", place("run"));

afterEach(() => expect(existsSync(place("run"))).toBe(false));

describe("a recipe", () => {
  test("that is not there, or is a folder", async () => {
    expect(await run(place("nowhere.yaml"))).toMatchInlineSnapshot(`
      "error: nowhere.yaml: the file cannot be read. Got ENOENT, expected a YAML file. Check the path; the program comes with recipes in recipes/.
      "
    `);
    mkdirSync(place("folder.yaml"));
    expect(await run(place("folder.yaml"))).toMatchInlineSnapshot(`
      "error: folder.yaml: the file cannot be read. Got EISDIR, expected a YAML file. Check the path; the program comes with recipes in recipes/.
      "
    `);
  });

  test("that is empty, or no YAML", async () => {
    writeFileSync(place("empty.yaml"), "");
    expect(await run(place("empty.yaml"))).toMatchInlineSnapshot(`
      "error: empty.yaml: the recipe has 3 faults. Got name: expected string, received undefined; device: expected object, received undefined; task: expected object, received undefined, expected a recipe as in docs/recipes.md. Mend what is named and start again.
      "
    `);
    writeFileSync(place("torn.yaml"), "name: [x\n");
    expect(await run(place("torn.yaml"))).toMatchInlineSnapshot(`
      "error: torn.yaml: the recipe has a fault. Got Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1, expected a recipe as in docs/recipes.md. Mend what is named and start again.
      "
    `);
  });

  test("with keys and values that it does not know, all at once", async () => {
    const text = "name: x\ndevice: {kind: leaky-integrator}\ntask: {name: narma5}\n";
    writeFileSync(place("bad.yaml"), `${text}twin: {delay: 3, hidden: big}\n`);
    expect(await refusal("run", place("bad.yaml"))).toMatchInlineSnapshot(`
      "error: bad.yaml: the recipe has 2 faults. Got twin.hidden: expected array, received string; twin.delay: there is no such key; did you mean 'delays'?, expected a recipe as in docs/recipes.md. Mend what is named and start again.
      "
    `);
  });

  test("with a task from a file that is not there, or beside a name", async () => {
    const own = recipe("own.yaml", "task: {file: nowhere.npz}\n");
    expect(await run(own)).toMatchInlineSnapshot(`
      "error: nowhere.npz: there is no such file. Got ENOENT, expected a .npz or .csv file, or a folder of .csv files, all in train, validation and test or none. Correct task.file; docs/tasks.md says what belongs in the file.
      "
    `);
    const both = recipe("both.yaml", "task: {name: narma5, file: nowhere.npz}\n");
    expect(await run(both)).toMatchInlineSnapshot(`
      "error: both.yaml: the recipe has a fault. Got task: expected either \`name\` or \`file\`, expected a recipe as in docs/recipes.md. Mend what is named and start again.
      "
    `);
  });

  test("with a task that does not exist, or a split or an option that it does not have", async () => {
    const unknown = recipe("unknown.yaml", "task: {name: spokenDigit}\n");
    expect(await run(unknown)).toMatchInlineSnapshot(`
      "error: unknown.yaml: the recipe has a fault. Got task.name: 'spokenDigit' is none of narma5, narma10, narma30, mackeyGlass17, santaFeLaser, sineSquare, memoryCapacity, informationCapacity, spokenDigits, japaneseVowels, yinYang; did you mean 'spokenDigits'?, expected a recipe as in docs/recipes.md. Mend what is named and start again.
      "
    `);
    expect(await run(narma, "task.split=bppt")).toMatchInlineSnapshot(`
      "error: createNarma: there is no split of narma5 of this name. Got 'bppt', expected one of 'reservoir', 'bptt'. Did you mean 'bptt'? Otherwise choose from the list.
      "
    `);
    expect(await run(narma, "task.steps=100")).toMatchInlineSnapshot(`
      "error: createTask: there is no option of narma5 of this name. Got 'steps', expected one of 'name', 'split'. Choose from the list.
      "
    `);
  });

  test("with an option that the device does not have", async () => {
    expect(await run(narma, "device.simga=0.3")).toMatchInlineSnapshot(`
      "error: leaky-integrator: there is no such option. Got 'simga', expected one of sigma, scheme. Did you mean 'sigma'? Correct its spelling or take it out.
      "
    `);
  });

  test("changed by words that are no settings", async () => {
    expect(await run(narma, "quickly")).toMatchInlineSnapshot(`
      "error: the argument 'quickly': this is not a setting. Got a text of another form, expected section.key=value, such as twin.delays=4. Write it without spaces around '=', and quote lists for the shell.
      "
    `);
    expect(await run(narma, "trian.iterations=5")).toMatchInlineSnapshot(`
      "error: narma.yaml: the recipe has a fault. Got trian: there is no such key; did you mean 'train'?, expected a recipe as in docs/recipes.md. Mend what is named and start again.
      "
    `);
  });

  test("for a place where something is already", async () => {
    expect(await refusal("run", narma, "-o", place("folder.yaml"))).toMatchInlineSnapshot(`
      "error: folder.yaml: something is there already, and nothing is overwritten. Got a path that exists, expected a path where nothing is. Choose another name with --out, or move away what is there.
      "
    `);
    const train = ["network", "train", narma, "-o", place("folder.yaml")];
    expect(await refusal(...train)).toMatchInlineSnapshot(`
      "error: folder.yaml: something is there already, and nothing is overwritten. Got a path that exists, expected a path where nothing is. Choose another name with --out, or move away what is there.
      "
    `);
  });
});

describe("the folder of a task's data", () => {
  test("that was not given, is not there, or is a file", async () => {
    expect(await run(digits)).toMatchInlineSnapshot(`
      "error: createTask: the task spokenDigits needs data that are not shipped with this program. Got no folder, expected the folder of the Free Spoken Digit Dataset. Fetch the data set and give its folder with --data FOLDER.
      "
    `);
    expect(await run(digits, "--data", place("nowhere"))).toMatchInlineSnapshot(`
      "error: readSpokenDigits: there is no such folder. Got 'nowhere' (ENOENT), expected the folder of the Free Spoken Digit Dataset. Correct the path that --data gives.
      "
    `);
    expect(await run(digits, "--data", digits)).toMatchInlineSnapshot(`
      "error: readSpokenDigits: there is no such folder. Got 'digits.yaml' (ENOTDIR), expected the folder of the Free Spoken Digit Dataset. Correct the path that --data gives.
      "
    `);
  });

  test("that holds no wav file", async () => {
    mkdirSync(place("silence"));
    writeFileSync(place("silence/notes.txt"), "");
    expect(await run(digits, "--data", place("silence"))).toMatchInlineSnapshot(`
      "error: readSpokenDigits: there are no spoken digits here. Got 'silence', without a wav file in it or in its 'recordings', expected the folder of the Free Spoken Digit Dataset (3000 wav files). Fetch the dataset (Jakobovski/free-spoken-digit-dataset) and give its folder with --data.
      "
    `);
  });
});

describe("a recording of a spoken digit", () => {
  /** What a folder of a single file gives. */
  const hear = (bytes: Uint8Array, name = "7_jackson_32.wav"): Promise<string> => {
    const folder = mkdtempSync(place("digits"));
    writeFileSync(`${folder}/${name}`, bytes);
    return run(digits, "--data", folder);
  };
  const sound = formatWav(Array.from({ length: 400 }, (_, i) => 100 * (i % 9)));

  test("that is empty, or cut off in its format or its sound", async () => {
    expect(await hear(new Uint8Array())).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: it does not begin as a wav file. Got 0 bytes, expected 'RIFF' and 'WAVE'. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
    expect(await hear(sound.subarray(0, 30))).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: its format is cut off. Got 10 bytes, expected 16 bytes or more. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
    expect(await hear(sound.subarray(0, 36))).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: it holds no sound. Got no 'data' chunk, expected one 'data' chunk. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
    expect(await hear(sound.subarray(0, 500))).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: its sound is cut off. Got 456 bytes of sound, expected 800 bytes. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
  });

  test("that is something else than its name says", async () => {
    const text = new TextEncoder().encode("<!doctype html><title>404</title>");
    expect(await hear(text)).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: it does not begin as a wav file. Got '<!do' and 'e ht', expected 'RIFF' and 'WAVE'. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
  });

  test("that is coded in a way that is not read, or at another rate", async () => {
    expect(await hear(formatWav([1, 2, 3], { code: 3, bits: 32 }))).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: its coding is not known. Got format 3, 32 bits, channels: 1, 8000 Hz, expected format 1 (PCM), 8 or 16 bits. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
    expect(await hear(formatWav([1, 2, 3, 4], { bits: 24, channels: 2 }))).toMatchInlineSnapshot(`
      "error: parseWav 7_jackson_32.wav: its coding is not known. Got format 1, 24 bits, channels: 2, 8000 Hz, expected format 1 (PCM), 8 or 16 bits. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.
      "
    `);
    expect(await hear(formatWav([1, 2, 3], { rate: 44_100 }))).toMatchInlineSnapshot(`
      "error: createSpokenDigits 7_jackson_32.wav: the sample rate is not that of the task. Got 44100 Hz, expected 8000 Hz. Use the files as published, or resample them.
      "
    `);
  });

  test("whose name does not say what it is, or that stands alone", async () => {
    expect(await hear(sound, "seven.wav")).toMatchInlineSnapshot(`
      "error: createSpokenDigits: a file name does not say which digit it is. Got 'seven.wav', expected digit_speaker_index.wav, such as '7_jackson_32.wav'. Rename the file or take it out of the folder.
      "
    `);
    expect(await hear(sound)).toMatchInlineSnapshot(`
      "error: createSpokenDigits: the split 'official' leaves a part empty. Got 1 for training and 0 for the test, expected recordings for each (2700 and 300 for the whole corpus and the official split). Check that the folder holds the whole corpus.
      "
    `);
  });

  test("in 8 bits and two channels is read: only the corpus is too small", async () => {
    const stereo = formatWav(new Array(800).fill(128), { bits: 8, channels: 2 });
    expect(await hear(stereo)).toBe(await hear(sound));
  });
});

describe("a word that is no verb", () => {
  test("alone, within a group, and with no word at all", async () => {
    expect(await refusal("trian")).toMatchInlineSnapshot(`
      "error: unknown command 'trian'
      (Did you mean twin?)
      See --help.
      "
    `);
    expect(await refusal("twin", "fitt", "rec.h5")).toMatchInlineSnapshot(`
      "error: unknown command 'fitt'
      (Did you mean fit?)
      See --help.
      "
    `);
    expect(await refusal("run")).toMatchInlineSnapshot(`
      "error: missing required argument 'recipe'
      See --help.
      "
    `);
  });
});
