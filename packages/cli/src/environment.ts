/** The only file of this package that reads the environment. */
export const environment = {
  /** Stack traces for errors: CLIPTUNE_DEBUG=1. */
  get debug(): boolean {
    return process.env["CLIPTUNE_DEBUG"] === "1";
  },
};
