// Which names this server answers to. A page elsewhere can let its own name point to 127.0.0.1
// (DNS rebinding) and would then read the index through its visitor's browser.

const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * @param {string | undefined} header the header Host
 * @param {import("./host.mjs").KnownHosts} known
 */
export function allowsHost(header, { host, hosts }) {
  const name = (header ?? "").toLowerCase().replace(/:\d*$/, "");
  if (hosts.includes(name)) return true;
  const bound = host.includes(":") ? `[${host}]` : host;
  return loopback.test(bound) ? loopback.test(name) : true;
}
