// What the shipped tests need before the first of them is read: tfjs-core whole, and one environment to run in.
import "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util.js";
import { lazyBackendName, registerLazyBackend } from "../../dist/index.js";

registerLazyBackend();
setTestEnvs([{ name: lazyBackendName, backendName: lazyBackendName, flags: {}, isDataSync: true }]);
