// Runs one command of a script, and stops the script with its exit code when it fails.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const rootDir = fileURLToPath(new URL("..", import.meta.url));

/** True when the command ended well; its output goes to stderr, so that stdout stays the caller's. */
export function tryStep(command, args, options = {}) {
  const { cwd = rootDir, env = {} } = options;
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", 2, 2],
  });
  if (error) console.error(`error: ${command} could not be started: ${error.message}`);
  return status === 0;
}

export function runStep(command, args, options = {}) {
  if (tryStep(command, args, options)) return;
  console.error(`error: failed: ${[command, ...args].join(" ")}`);
  process.exit(1);
}
