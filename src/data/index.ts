export type { Channel, Recording, RecordingPart } from "./recording.ts";
