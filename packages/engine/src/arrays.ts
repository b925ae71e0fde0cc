import { UserError } from "./errors.js";
import type { Arrays, Data, DType, Spec, Specs } from "./types.js";

export const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export const specsOf = (arrays: Arrays): Specs =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
  );

export const showSpec = ({ dtype, shape }: Spec): string => `${dtype} [${shape.join(", ")}]`;

export function emptyData(dtype: DType, length: number): Data {
  if (dtype === "float32") return new Float32Array(length);
  return dtype === "int32" ? new Int32Array(length) : new Uint8Array(length);
}

/** `values` in an array of their own: what they come from may change. */
export function copyOf(dtype: DType, values: ArrayLike<number>): Data {
  const data = emptyData(dtype, values.length);
  data.set(values);
  return data;
}

/** The name of the typed array; a Node Buffer is a Uint8Array, as it says itself. */
const kindOf = (data: Data): string => data[Symbol.toStringTag];

/** Throws unless `data` is the typed array that `spec` asks for. */
export function checkData(where: string, spec: Spec, data: Data | undefined): asserts data is Data {
  const wanted = kindOf(emptyData(spec.dtype, 0));
  const length = elements(spec.shape);
  if (data === undefined) throw new UserError(`${where}: missing; it must be ${showSpec(spec)}.`);
  if (kindOf(data) !== wanted || data.length !== length) {
    throw new UserError(
      `${where}: got ${kindOf(data) ?? typeof data} of length ${data.length}; ${showSpec(spec)} needs ${wanted} of length ${length}.`,
    );
  }
}

/** Throws unless every array of `arrays` is known to `specs` with the same type and shape. */
export function checkArrays(where: string, specs: Specs, arrays: Arrays): void {
  for (const [name, array] of Object.entries(arrays)) {
    const spec = specs[name];
    if (!spec)
      throw new UserError(
        `${where}: no entry is named ${name}; there are: ${Object.keys(specs).join(", ")}.`,
      );
    if (showSpec(spec) !== showSpec(array)) {
      throw new UserError(`${where}: ${name} is ${showSpec(spec)}, got ${showSpec(array)}.`);
    }
    checkData(`${where}: ${name}`, spec, array.data);
  }
}

export const pick = <T>(
  record: Readonly<Record<string, T>>,
  names: readonly string[],
): Record<string, T> =>
  Object.fromEntries(
    names.map((name) => {
      const value = record[name];
      if (value === undefined)
        throw new UserError(
          `no entry is named ${name}; there are: ${Object.keys(record).join(", ")}.`,
        );
      return [name, value];
    }),
  );

/** The same arrays with data of their own; a Buffer becomes a plain Uint8Array, whose `slice` copies. */
export const copied = (arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      { ...array, data: copyOf(array.dtype, array.data) },
    ]),
  );
