import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));
const alias = {
  "#load-kernels": source("engine/load.node.ts"),
  "#threads": source("engine/threads.node.ts"),
  "#twin-files": source("twin/files.node.ts"),
};

/** The engine and what it needs, as a page sees them. */
const browser = {
  resolve: {
    alias: {
      "#load-kernels": source("engine/load.browser.ts"),
      "#threads": source("engine/threads.browser.ts"),
      "#twin-files": source("twin/files.browser.ts"),
    },
  },
  // Memory is shared between threads only on pages that are isolated from other origins.
  server: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
  test: {
    name: "browser",
    include: ["src/{base,engine,nn,sde}/**/*.test.ts", "test/**/*.browser.test.ts"],
    exclude: ["**/*.node.test.ts", "src/engine/crew.test.ts", "**/*.slow.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: process.env.TWINLOOM_CHROMIUM ?? "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
          ],
        },
      }),
      instances: [{ browser: "chromium" as const }],
    },
  },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      browser,
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/*.slow.test.ts", "**/*.browser.test.ts", "node_modules/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "slow",
          include: ["src/**/*.slow.test.ts", "test/**/*.slow.test.ts"],
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
