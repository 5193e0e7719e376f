// The thread in which a recording is packed. Its clock stands still: HDF5 stamps what it writes
// with the time, and equal recordings are to be equal files.
import { parentPort, workerData } from "node:worker_threads";
import { isFault } from "../base/index.ts";
import { packHdf5 } from "./hdf5-pack.node.ts";
import type { PackAnswer, PackRequest } from "./pack-frames.node.ts";

Date.now = () => 0;

const answer = (message: PackAnswer): void => parentPort?.postMessage(message);
const { recording, path } = workerData as PackRequest;
try {
  await packHdf5(recording, path, (written) => answer({ written }));
  answer({ isDone: true });
} catch (error) {
  if (!isFault(error)) throw error;
  const { code, details } = error;
  answer({ fault: { code, details } });
}
