// What is measured on a GPU, in the order of what matters. Every part is a process of its own that ends with one line of
// JSON, and leaves what it compiled in caches under the folder given, so a part that was cut short need not compile
// again.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @param plugin path of the PJRT plugin
 * @param folder for caches
 * @param onCpu a rehearsal: the same processes, small, with JAX's and PyTorch's CPU devices
 * @param gpus how many there are
 * @returns of each part its `name`, `command`, the `seconds` it usually takes, how many `devices`, and whether it
 *   `needsCheck`: what is wrong is not timed
 */
export function partsFor({ plugin, folder, onCpu, gpus, python = "python3" }) {
  const batches = onCpu ? [4] : [128, 512, 32];
  const steps = onCpu ? 2 : 40;
  const device = onCpu ? "cpu" : "cuda";
  const compileCache = { directory: join(folder, "xla") };
  const caches = {
    JAX_COMPILATION_CACHE_DIR: join(folder, "jax"),
    JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: "0",
    TORCHINDUCTOR_CACHE_DIR: join(folder, "inductor"),
    TRITON_CACHE_DIR: join(folder, "triton"),
    TF_CPP_MIN_LOG_LEVEL: "3",
    ...(onCpu && { JAX_PLATFORMS: "cpu", CPU_DEVICES: `${gpus}` }),
  };
  const node = (script, ...args) => [process.execPath, file(script), ...args];
  const measure = (options) => node("../step/measure.mjs", JSON.stringify(options));
  const xla = { what: "step", world: "b32", engine: "xla", plugin, compileCache, inFlight: 3 };

  const ours = (precision, batch, devices = 1) => {
    const options = { ...xla, precision, batch, devices, steps };
    return {
      name: `cliptune ${precision} ${batch}${devices > 1 ? ` on ${devices}` : ""}`,
      command: measure(options),
      seconds: 75,
      needsCheck: true,
      devices,
    };
  };
  const jax = (precision, batch) => {
    const args = [file("peers/jax_step.py"), "--precision", precision, "--batch", `${batch}`];
    return {
      name: `JAX ${precision} ${batch}`,
      command: [python, ...args, "--steps", `${steps}`],
      seconds: 75,
    };
  };
  const torch = (precision, batch, ...more) => {
    const compiled = more.includes("--compile");
    const args = ["--peft", "--device", device, "--precision", precision, "--batch", `${batch}`];
    const step = [python, file("../step/torch_step.py"), ...args, ...more];
    return {
      name: `PyTorch ${precision}${compiled ? " compiled" : ""} ${batch}`,
      command: [...step, "--steps", `${steps}`],
      seconds: compiled ? 90 : 30,
    };
  };
  const each = (kind, precision, ...more) =>
    batches.map((batch) => kind(precision, batch, ...more));
  const largest = Math.max(...batches);
  /** As many pairs a GPU as the largest batch has, and that batch shared out. */
  const several = [2, 4]
    .filter((devices) => devices <= gpus)
    .flatMap((devices) => [
      ours("bf16", largest * devices, devices),
      ours("bf16", largest, devices),
    ]);
  const loading = {
    name: `loading bf16 ${batches[0]}`,
    command: measure({ ...xla, precision: "bf16", batch: batches[0], steps, compileOnly: true }),
    seconds: 20,
  };
  const encoding = { engine: "xla", plugin, precision: "bf16", compileCache };
  const few = onCpu && { pictures: 64, batch: 8 };
  const encode = (name, env) => ({
    name,
    command: node("encode.mjs", JSON.stringify({ ...encoding, ...few })),
    env: { UV_THREADPOOL_SIZE: `${Math.ceil(availableParallelism() / gpus)}`, ...env },
    seconds: 60,
  });
  const webGpu = (batch) => {
    const options = { engine: onCpu ? "onnx-cpu" : "onnx-webgpu", batch };
    return {
      name: `WebGPU ${batch}`,
      command: node("fallback.mjs", JSON.stringify({ ...options, world: onCpu ? "tiny" : "b32" })),
      seconds: 60,
    };
  };
  const check = {
    name: "check",
    command: node("../../packages/engine/bench/xla-check.mjs", plugin),
    isText: true,
    devices: Math.min(gpus, 2),
    seconds: 150,
  };
  const all = [
    check,
    ...each(ours, "bf16"),
    ...each(torch, "bf16"),
    ...each(jax, "bf16"),
    ...each(torch, "bf16", "--compile"),
    ...each(ours, "tf32"),
    loading,
    encode("encoding"),
    webGpu(onCpu ? 4 : 32),
    webGpu(onCpu ? 8 : 128),
    ...several,
    ...each(ours, "float32"),
    ...each(torch, "tf32"),
    ...each(jax, "tf32"),
    // Decoding takes and gives back megabytes a picture: whether the kernel's work on that is what holds 16 cores up.
    encode("encoding, memory kept", {
      MALLOC_MMAP_THRESHOLD_: `${2 ** 30}`,
      MALLOC_TRIM_THRESHOLD_: `${2 ** 34}`,
    }),
    ...each(torch, "float32"),
    ...each(jax, "float32"),
  ];
  return all.map((part) => ({ devices: 1, ...part, env: { ...caches, ...part.env } }));
}
