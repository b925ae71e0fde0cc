// `dist/gradients.js` is bundled from tfjs-core's own gradient registrations by `scripts/bundle-gradients.mjs`:
// those files import without extensions, which Node refuses. Importing it registers them globally.
export {};
