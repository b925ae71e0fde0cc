import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const script = "import sys; print('\\n'.join(sys.path))";

/** The folders that Python finds its packages in, of the first Python on the PATH (a virtual environment's, if active). */
export async function pythonPackages(): Promise<string[]> {
  for (const python of ["python3", "python"]) {
    try {
      const { stdout } = await run(python, ["-c", script], { timeout: 10_000 });
      return stdout.split(/\r?\n/).filter((path) => path !== "");
    } catch {
      // No Python of that name.
    }
  }
  return [];
}
