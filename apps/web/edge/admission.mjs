// How much one address may ask, and how much may wait at once. Knows nothing of HTTP.

const mostAddresses = 10_000;

/**
 * A token bucket an address, and a bound on what is in flight altogether.
 *
 * @param {import("./admission.mjs").AdmissionLimits} limits
 * @returns {import("./admission.mjs").Admission}
 */
export function createAdmission({ rate, burst, mostInFlight, now = () => performance.now() }) {
  /** @type {Map<string, { tokens: number, at: number }>} by address, the longest unseen first */
  const buckets = new Map();
  let inFlight = 0;

  const take = (address) => {
    const at = now();
    const { tokens, at: before } = buckets.get(address) ?? { tokens: burst, at };
    const filled = Math.min(burst, tokens + ((at - before) / 1000) * rate);
    const left = filled >= 1 ? filled - 1 : filled;
    buckets.delete(address);
    buckets.set(address, { tokens: left, at });
    if (buckets.size > mostAddresses) buckets.delete(buckets.keys().next().value);
    return filled >= 1 ? 0 : Math.max(1, Math.ceil((1 - filled) / rate));
  };

  return {
    inFlight: () => inFlight,
    admit(address) {
      if (inFlight >= mostInFlight) return { reason: "queue", retryAfter: 1 };
      const retryAfter = take(address);
      if (retryAfter > 0) return { reason: "rate", retryAfter };
      inFlight += 1;
      let held = true;
      return {
        release() {
          if (held) inFlight -= 1;
          held = false;
        },
      };
    },
  };
}
