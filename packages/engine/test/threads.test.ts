import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startThread, UserError } from "@cliptune/engine";
import { expect, onTestFinished, test } from "vitest";
import type { TestCalls } from "./thread-child.mjs";

const script = new URL("thread-child.mjs", import.meta.url);

function started() {
  const thread = startThread<TestCalls>(script, { does: "is tested", data: { base: 40 } });
  onTestFinished(() => thread.end());
  return thread;
}

test("calls are answered each with its own, whatever takes longer, and begin with the thread's data", async () => {
  const thread = started();
  const late = thread.call("addWhenReleased", 1);
  expect(await thread.call("add", 2)).toBe(42);
  await thread.call("release");
  expect(await late).toBe(41);
});

test("typed arrays come and go as copies", async () => {
  const rows = Float32Array.of(1, 2);
  expect(await started().call("doubled", rows)).toEqual(Float32Array.of(2, 4));
  expect(rows).toEqual(Float32Array.of(1, 2));
});

test("a function that is lent is called here, alone or in an object, in order", async () => {
  const seen: number[] = [];
  const told = (value: number) => void seen.push(value);
  const lent = { times: 3, next: async (i: number) => i * 10 };
  expect(await started().call("countUp", lent, told)).toEqual([0, 10, 20]);
  expect(seen).toEqual([0, 1, 2]);
});

test("a person's errors stay theirs, others keep their message", async () => {
  const thread = started();
  const refused = await thread.call("refuse", "mend it").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect(refused).toMatchObject({ message: "mend it" });
  const broken = await thread.call("break", "inner").catch((error: unknown) => error);
  expect(broken).not.toBeInstanceOf(UserError);
  expect(broken).toMatchObject({
    message: "inner",
    stack: expect.stringContaining("thread-child"),
  });
  const absent = thread.call("read", "/no/such/file");
  await expect(absent).rejects.toMatchObject({ code: "ENOENT", path: "/no/such/file" });
  await expect(thread.call("missing" as "release")).rejects.toThrow("no function missing");
  await expect(thread.call("add", (() => 0) as never)).resolves.toBeDefined();
});

test("what a lent function throws comes back as the same object", async () => {
  const reason = new RangeError("mine");
  const lent = { times: 1, next: () => Promise.reject(reason) };
  await expect(started().call("countUp", lent, () => {})).rejects.toBe(reason);
});

test("a signal aborts over there, with its own reason, before the call or amid it", async () => {
  const thread = started();
  const reason = new Error("enough");
  await expect(thread.call("waitFor", AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const waiting = thread.call("waitFor", controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test("a thread that fails or ends takes those that wait with it, and all that come later", async () => {
  const failing = started();
  await expect(failing.call("crash", "out of hand")).rejects.toThrow("out of hand");
  await expect(failing.call("add", 1)).rejects.toThrow("out of hand");
  const ended = started();
  const waiting = ended.call("addWhenReleased", 1);
  waiting.catch(() => undefined);
  await ended.end();
  await ended.end();
  await expect(waiting).rejects.toThrow("The thread that is tested has ended.");
  await expect(ended.call("add", 1)).rejects.toThrow("has ended");
});

test("a thread without work lets the process end, and starts in a program given as text", () => {
  const code = `import { startThread } from "@cliptune/engine";
    const options = { does: "is tested", data: { base: 40 } };
    const thread = startThread(new URL(${JSON.stringify(script.href)}), options);
    console.log(await thread.call("add", 2));`;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const command = ["--input-type=module", "--eval", code];
  expect(execFileSync(process.execPath, command, { cwd, encoding: "utf8" })).toBe("42\n");
});
