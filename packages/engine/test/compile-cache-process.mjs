// Compiles many programs through the cache, for two of these to run at once: PLUGIN DIRECTORY.
import { createXlaEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

const [plugin, directory] = process.argv.slice(2);
const engine = await createXlaEngine({ plugin, compileCache: { directory } });
const count = 20;
for (let i = 0; i < count; i++) {
  const x = { dtype: "float32", shape: [i + 1] };
  const program = await engine.compile({
    name: `program ${i}`,
    inputs: { x },
    run: ({ inputs }) => ({ outputs: { y: tf.neg(inputs.x) } }),
  });
  const { y } = await program.step({ x: new Float32Array(i + 1) });
  if (y.data.length !== i + 1) throw new Error(`program ${i} gave ${y.data.length} numbers`);
  await program.dispose();
}
await engine.dispose();
console.log(`${count} programs`);
