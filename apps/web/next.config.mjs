// Sent with every answer; the content security policy needs a nonce a page and comes from proxy.ts.
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()" },
];

/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  images: { unoptimized: true }, // shuts /_next/image, which fetches and decodes what a caller names
  // Native addons and the packages that load them stay outside the bundle. They are reached only
  // through @cliptune/index, which server/open-index.ts imports at run time.
  serverExternalPackages: [
    "@cliptune/clip",
    "@cliptune/engine",
    "@cliptune/index",
    "@huggingface/tokenizers",
    "@tensorflow/tfjs-core",
    "hnswlib-node",
    "libsql",
    "onnxruntime-node",
    "sharp",
  ],
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};
