import type { AddVerb } from "../run.ts";

/** twinloom task list | describe <task> */
export const addTask: AddVerb = (program, open) => {
  const task = program.command("task").description("what networks are asked to do");
  task
    .command("list")
    .description("every task, one line each")
    .action(async (_options, command) => {
      const session = open(command);
      const { listTaskNames } = await import("../../experiment/index.ts");
      const { tasks, text } = listTaskNames();
      session.print(tasks, text);
    });
  task
    .command("describe <task> [settings...]")
    .description(
      "definition, split and baselines of a task, or of a file; settings such as task.split=bptt",
    )
    .option("--data <folder>", "where the task finds its data")
    .action(async (name, settings, { data }, command) => {
      const session = open(command);
      const { describeTask } = await import("../../experiment/index.ts");
      const { seed } = session.options;
      const { text, ...described } = await describeTask({ task: name, settings, data, seed });
      session.print(described, text);
    });
};
