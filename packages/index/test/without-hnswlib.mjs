// With --import, as on a machine without a C++ compiler: hnswlib-node was not built, so no thread can require it.
import Module from "node:module";

const load = Module._load;
Module._load = (request, ...rest) => {
  if (request === "hnswlib-node") throw new Error("Could not locate the bindings file.");
  return load(request, ...rest);
};
