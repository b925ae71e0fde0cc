// Pulls argv[2] from argv[3] into argv[4]; prints a line when the first bytes of the weights are on disk.
import { pullModel } from "@cliptune/hub";

const [, , name, endpoint, cacheDir] = process.argv;
await pullModel(name, {
  ...{ endpoint, cacheDir },
  onProgress: ({ file, done }) => console.log(`${file} ${done}`),
});
