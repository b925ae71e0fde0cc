// `node bench/map.mjs`: frames a second of the map page in Chromium with 10,000 pictures, while it is dragged and zoomed,
// the processor time of the page's own thread a frame (which a busy machine does not change much), and how long the map took
// to make. Headless Chromium draws without a GPU, on the same processor. Needs `npm run build`.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { serveIndex, writeDrawnIndex } from "./drawn-index.mjs";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    pictures: { type: "string", default: "10000" },
    width: { type: "string", default: "1280" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const [pictures, width] = [Number(values.pictures), Number(values.width)];
const height = Math.round((width * 5) / 8);
const dir = await mkdtemp(join(tmpdir(), "cliptune-bench-map-"));
let [server, browser] = [];
try {
  await writeDrawnIndex(join(dir, "index"), pictures);
  server = await serveIndex(join(dir, "index"));
  const began = performance.now();
  await untilMade(server.url);
  const madeSeconds = (performance.now() - began) / 1000;
  const args = ["--no-sandbox", "--disable-gpu"];
  browser = await chromium.launch({ executablePath: values.chromium, args });
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(`${server.url}/map?field=colour`);
  await page.getByRole("img", { name: /in view/ }).waitFor();
  await page.waitForLoadState("networkidle");
  const all = { pictures: await measure(page, "Pictures"), dots: await measure(page, "Dots") };
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
  if (values.json)
    console.log(JSON.stringify({ pictures, width, height, madeSeconds, ...all, ...machine }));
  else {
    console.log(`map of ${pictures} pictures made in ${madeSeconds.toFixed(0)} s`);
    for (const [look, { perSecond, slowest, threadMs }] of Object.entries(all)) {
      console.log(
        `${look}: ${perSecond.toFixed(0)} frames a second, one in a hundred takes ${slowest.toFixed(0)} ms or more; ${threadMs.toFixed(1)} ms of processor a frame`,
      );
    }
  }
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser?.close();
  server?.child.kill("SIGINT");
  await server?.ended;
  await rm(dir, { recursive: true, force: true });
}

async function untilMade(url) {
  for (;;) {
    const reply = await (await fetch(`${url}/api/map`)).json();
    if (reply.error) throw new Error(reply.error);
    if (reply.status === "ready") return;
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** Times between frames while everything is dragged to and fro, and zoomed in a little and out. */
async function measure(page, look) {
  await page.getByText(look, { exact: true }).click();
  const inspector = await page.context().newCDPSession(page);
  await inspector.send("Performance.enable", { timeDomain: "threadTicks" });
  const threadSeconds = async () => {
    const { metrics } = await inspector.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value;
  };
  const before = await threadSeconds();
  const times = await page.getByRole("img", { name: /in view/ }).evaluate(async (canvas) => {
    const box = canvas.getBoundingClientRect();
    const middle = [box.left + box.width / 2, box.top + box.height / 2];
    const fire = (type, [x, y], more = {}) =>
      canvas.dispatchEvent(
        new (type === "wheel" ? WheelEvent : PointerEvent)(type, {
          ...{ bubbles: true, cancelable: true, clientX: x, clientY: y, button: 0, pointerId: 1 },
          ...more,
        }),
      );
    canvas.setPointerCapture = () => undefined; // no pointer of the system is down
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const between = [];
    let before = await frame();
    fire("pointerdown", middle);
    for (let i = 0; i < 300; i++) {
      const swing = 60 * Math.sin(i / 15);
      fire("pointermove", [middle[0] + swing, middle[1] + swing / 2]);
      if (i % 2 === 0) fire("wheel", middle, { deltaY: i % 120 < 60 ? -12 : 12 });
      const now = await frame();
      between.push(now - before);
      before = now;
    }
    fire("pointerup", middle);
    return between.slice(20);
  });
  const threadMs = (1000 * ((await threadSeconds()) - before)) / (times.length + 20);
  const sorted = times.toSorted((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { perSecond: 1000 / mean, slowest: sorted[Math.floor(0.99 * sorted.length)], threadMs };
}
