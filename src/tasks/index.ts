export type { Task, TaskSequence } from "./task.ts";
