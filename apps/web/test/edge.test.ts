import { describe, expect, test } from "vitest";
import { createAdmission } from "../edge/admission.mjs";
import { allowsHost } from "../edge/host.mjs";
import { createTraffic, routeOf } from "../edge/traffic.mjs";

describe("admission", () => {
  const setUp = (limits: { rate: number; burst: number; mostInFlight: number }) => {
    const clock = { time: 0 };
    const admission = createAdmission({ ...limits, now: () => clock.time });
    const ask = (address: string) => {
      const verdict = admission.admit(address);
      if (verdict.reason === undefined) verdict.release();
      return verdict.reason ?? "in";
    };
    return { admission, clock, ask };
  };

  test("an address has its burst, then its rate; another has its own", () => {
    const { clock, ask } = setUp({ rate: 2, burst: 3, mostInFlight: 10 });
    expect([1, 2, 3, 4].map(() => ask("a"))).toEqual(["in", "in", "in", "rate"]);
    expect(ask("b")).toBe("in");
    clock.time = 500; // 2 a second: one more
    expect([1, 2].map(() => ask("a"))).toEqual(["in", "rate"]);
  });

  test("says how many seconds to wait, no fewer than one", () => {
    const { admission } = setUp({ rate: 0.2, burst: 1, mostInFlight: 10 });
    admission.admit("a");
    expect(admission.admit("a")).toEqual({ reason: "rate", retryAfter: 5 });
  });

  test("no more are in flight than may be, and each leaves once", () => {
    const { admission } = setUp({ rate: 100, burst: 100, mostInFlight: 1 });
    const first = admission.admit("a");
    expect(admission.admit("b")).toEqual({ reason: "queue", retryAfter: 1 });
    if (first.reason === undefined) [first.release(), first.release()];
    expect(admission.inFlight()).toBe(0);
    expect(admission.admit("b").reason).toBeUndefined();
  });
});

describe("hosts that are answered", () => {
  const hosts = ["search.example"];
  test.each([
    ["127.0.0.1", "localhost:3000", true],
    ["127.0.0.1", "127.0.0.1:3000", true],
    ["127.0.0.1", "app.localhost", true],
    ["::1", "[::1]:3000", true],
    ["127.0.0.1", "SEARCH.example:80", true],
    ["127.0.0.1", "evil.example:3000", false],
    ["127.0.0.1", "127.0.0.1.evil.example", false],
    ["127.0.0.1", undefined, false],
    ["0.0.0.0", "evil.example", true], // open to others on purpose
  ])("bound to %s, asked as %s: %s", (host, header, allowed) => {
    expect(allowsHost(header, { host, hosts })).toBe(allowed);
  });
});

describe("traffic", () => {
  test.each([
    ["/", "/"],
    ["/api/search", "/api/search"],
    ["/api/thumbnails/a%2Fb.png", "/api/thumbnails/[id]"],
    ["/_next/static/chunks/1.js", "/_next"],
    ["/wp-login.php", "other"],
    ["/api/search/x", "other"],
  ])("%s counts as %s", (path, route) => {
    expect(routeOf(path)).toBe(route);
  });

  test("prints counters and histograms as Prometheus reads them", () => {
    const traffic = createTraffic();
    const search = { route: "/api/search", method: "GET", status: 200 };
    traffic.answered({ ...search, milliseconds: 4, timing: "encode;dur=3.00, total;dur=4.00" });
    traffic.answered({ ...search, milliseconds: 600 });
    traffic.refused("rate");
    const text = traffic.print(2);
    expect(text).toContain(
      'cliptune_requests_total{route="/api/search",method="GET",status="200"} 2',
    );
    expect(text).toContain('cliptune_request_seconds_bucket{route="/api/search",le="0.005"} 1');
    expect(text).toContain('cliptune_request_seconds_bucket{route="/api/search",le="+Inf"} 2');
    expect(text).toContain('cliptune_request_seconds_sum{route="/api/search"} 0.604');
    expect(text).toContain('cliptune_stage_seconds_sum{route="/api/search",stage="encode"} 0.003');
    expect(text).not.toContain('stage="total"');
    expect(text).toContain('cliptune_refused_total{reason="rate"} 1');
    expect(text).toContain("cliptune_requests_in_flight 2");
    for (const line of text.trim().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
  });
});
