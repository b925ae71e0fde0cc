// The one table, as Markdown, from what the parts gave.

const columns = [
  "batch, precision",
  "cliptune",
  "JAX",
  "PyTorch + peft",
  "torch.compile",
  "to JAX",
  "to the faster PyTorch",
  "peak GB",
  "PyTorch's",
  "compile s",
];
const whole = (x) => (x ? Math.round(x).toLocaleString("en") : "–");
const digits = (x, count) => (Number.isFinite(x) && x > 0 ? x.toFixed(count) : "–");
const line = (cells) => `| ${cells.join(" | ")} |`;

/** @param results of each part, by its name */
export function tableOf(results) {
  const rate = (name) => results[name]?.pairsPerSecond;
  const settings = [];
  for (const name of Object.keys(results)) {
    const [, precision, batch] =
      /^(?:cliptune|JAX|PyTorch) (\w+)(?: compiled)? (\d+)$/.exec(name) ?? [];
    if (precision && !settings.some((s) => s.precision === precision && s.batch === batch))
      settings.push({ precision, batch });
  }
  const order = ["bf16", "tf32", "float32"];
  settings.sort(
    (a, b) => order.indexOf(a.precision) - order.indexOf(b.precision) || a.batch - b.batch,
  );
  const rows = settings.map(({ precision, batch }) => {
    const own = results[`cliptune ${precision} ${batch}`];
    const [jax, torch, compiled] = [
      `JAX ${precision}`,
      `PyTorch ${precision}`,
      `PyTorch ${precision} compiled`,
    ].map((name) => rate(`${name} ${batch}`));
    const mine = own?.pairsPerSecond;
    return line([
      `${batch}, ${precision}`,
      ...[mine, jax, torch, compiled].map(whole),
      digits(mine / jax, 2),
      digits(mine / Math.max(torch ?? 0, compiled ?? 0), 2),
      digits(own?.peakDeviceGB, 1),
      digits(results[`PyTorch ${precision} ${batch}`]?.peakDeviceGB, 1),
      digits(own?.compileS, 0),
    ]);
  });
  return [
    line(columns),
    line(columns.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...rows,
    ...others(results),
  ].join("\n");
}

/** What has no place in the table. */
function others(results) {
  const lines = [""];
  for (const [name, result] of Object.entries(results)) {
    if (result.error) lines.push(`${name} FAILED: ${result.error}`);
    else if (name === "check") lines.push(result.text, "");
    else if (/ on \d+$/.test(name)) {
      const [, kind, batch, devices] = /^(.* )(\d+) on (\d+)$/.exec(name);
      const against = (pairs, words) => {
        const alone = results[`${kind}${pairs}`]?.pairsPerSecond;
        return alone
          ? `, ${digits(result.pairsPerSecond / alone, 2)} times one GPU with ${words}`
          : "";
      };
      lines.push(
        `${name} GPUs: ${whole(result.pairsPerSecond)} pairs/s${against(batch, "the same batch")}${against(batch / devices, "as many pairs a GPU")}`,
      );
    } else if (name.startsWith("encoding")) {
      const { cost } = result;
      lines.push(
        `${name}: ${whole(result.imagesPerSecond)} pictures/s from JPEG files on ${result.cores} cores; decoding alone ${whole(result.decoding)}, encoding alone ${whole(result.encoding)}`,
        `  a picture's decoding: ${digits(cost.user, 1)} ms of the cores' time, ${digits(cost.system, 1)} ms of the kernel's, ${digits(cost.javascript, 1)} ms of JavaScript's thread`,
      );
    } else if (name.startsWith("loading")) {
      lines.push(
        `${name}: ${digits(result.compileS, 1)} s, where compiling took what the table says`,
      );
    } else if (name.startsWith("WebGPU")) lines.push(`${name}: ${JSON.stringify(result)}`);
  }
  return lines;
}
