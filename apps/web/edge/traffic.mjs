// Counts requests and their times for GET /metrics, in Prometheus' text format.
// https://prometheus.io/docs/instrumenting/exposition_formats/

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const routes = [
  [/^\/$/, "/"],
  [/^\/(healthz|metrics|runs|curves|compare|map)$/, (match) => match[0]],
  [/^\/runs\/[^/]+$/, "/runs/[name]"],
  [/^\/sweeps\/[^/]+$/, "/sweeps/[name]"],
  [/^\/api\/thumbnails\/[^/]+$/, "/api/thumbnails/[id]"],
  [/^\/api\/pictures\/[^/]+$/, "/api/pictures/[id]"],
  [/^\/api\/runs\/[^/]+/, "/api/runs/[name]"],
  [
    /^\/api\/(search|similar|items|fields|pictures|runs|compare|map|map\/(?:atlas|place)|openapi\.json)$/,
    (match) => match[0],
  ],
  [/^\/_next\//, "/_next"],
];

/** A path's route: one of a few, so that callers cannot make labels without end. */
export function routeOf(path) {
  for (const [pattern, name] of routes) {
    const match = pattern.exec(path);
    if (match) return typeof name === "string" ? name : name(match);
  }
  return "other";
}

/** @returns {import("./traffic.mjs").Traffic} */
export function createTraffic() {
  const requests = new Map();
  const refusals = new Map();
  const seconds = new Map();
  const stages = new Map();
  const started = Date.now() / 1000;
  return {
    answered({ route, method, status, milliseconds, timing }) {
      add(requests, labels({ route, method, status }));
      observe(seconds, labels({ route }), milliseconds / 1000);
      for (const [, stage, time] of (timing ?? "").matchAll(/([a-z]+);dur=([\d.]+)/g)) {
        if (stage !== "total") observe(stages, labels({ route, stage }), Number(time) / 1000);
      }
    },
    refused: (reason) => add(refusals, labels({ reason })),
    print(inFlight) {
      const lines = [
        ...counter("cliptune_requests_total", "Requests answered.", requests),
        ...counter("cliptune_refused_total", "Requests refused for a limit.", refusals),
        ...histogram("cliptune_request_seconds", "Time to answer a request.", seconds),
        ...histogram("cliptune_stage_seconds", "Time in a stage of a search.", stages),
        ...gauge("cliptune_requests_in_flight", "Requests being answered now.", inFlight),
        ...gauge("process_start_time_seconds", "When the server started, Unix time.", started),
        ...gauge("process_resident_memory_bytes", "Memory in use.", process.memoryUsage.rss()),
      ];
      return `${lines.join("\n")}\n`;
    },
  };
}

function labels(values) {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
}

function add(map, key) {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function observe(map, key, value) {
  const known = map.get(key) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
  map.set(key, known);
  for (const [i, bound] of bounds.entries()) if (value <= bound) known.counts[i] += 1;
  known.sum += value;
  known.count += 1;
}

const head = (name, help, type) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];

function counter(name, help, map) {
  return [
    ...head(name, help, "counter"),
    ...[...map].map(([key, value]) => `${name}{${key}} ${value}`),
  ];
}

function gauge(name, help, value) {
  return [...head(name, help, "gauge"), `${name} ${value}`];
}

function histogram(name, help, map) {
  const lines = [...map].flatMap(([key, { counts, sum, count }]) => [
    ...bounds.map((bound, i) => `${name}_bucket{${key},le="${bound}"} ${counts[i]}`),
    `${name}_bucket{${key},le="+Inf"} ${count}`,
    `${name}_sum{${key}} ${sum}`,
    `${name}_count{${key}} ${count}`,
  ]);
  return [...head(name, help, "histogram"), ...lines];
}
