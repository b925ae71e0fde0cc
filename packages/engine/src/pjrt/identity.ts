import { statSync } from "node:fs";
import type { Library } from "./library.js";

interface Words {
  word(index: number): bigint;
}

/** The first result of a call that returns a text: where it is and how long. */
const textOf = (library: Library, struct: Words): string =>
  library.read(struct.word(3), Number(struct.word(4))).toString();

function kindOf(library: Library, device: bigint): string {
  const description = library.call("Device_GetDescription", [device]).word(3);
  return textOf(library, library.call("DeviceDescription_Kind", [description]));
}

const platformOf = (library: Library, client: bigint): string =>
  textOf(library, library.call("Client_PlatformName", [client]));

/** For people. */
export function describe(library: Library, client: bigint, devices: readonly bigint[]): string {
  const count = devices.length > 1 ? `${devices.length} × ` : "";
  const kind = kindOf(library, devices[0]!);
  return `${platformOf(library, client)}, ${count}${kind}, PJRT ${library.version}`;
}

/**
 * What a compiled program depends on besides its text and options: platform, device, and the build of the compiler. Of
 * the build a plugin tells little (two releases may say the same), so the file's size and time stand for it as well.
 */
export function identify(
  library: Library,
  client: bigint,
  { path, devices }: { readonly path: string; readonly devices: readonly bigint[] },
): string {
  const version = textOf(library, library.call("Client_PlatformVersion", [client]));
  const { size, mtimeMs } = statSync(path);
  return JSON.stringify([
    ...[platformOf(library, client), version, library.version, attributes(library)],
    ...devices.map((device) => kindOf(library, device)),
    ...[size, mtimeMs],
  ]);
}

/** PJRT_NamedValue: size, extension, name and its length, type, the value or where it is, how many of it. */
const namedValueBytes = 56;
/** PJRT_NamedValue_Type, where the value is elsewhere, and the bytes of one. */
const elsewhere = new Map([
  [0, 1], // a string
  [2, 8], // integers
]);

/** Such as the versions of XLA and StableHLO, values as their bytes. */
function attributes(library: Library): [string, string][] {
  const found = library.call("Plugin_Attributes", []);
  const count = Number(found.word(3));
  const list = library.read(found.word(2), count * namedValueBytes);
  return Array.from({ length: count }, (_, i) => {
    const at = i * namedValueBytes;
    const word = (index: number) => list.readBigUInt64LE(at + 8 * index);
    const one = elsewhere.get(list.readInt32LE(at + 32));
    const value = one
      ? library.read(word(5), one * Number(word(6)))
      : list.subarray(at + 40, at + 48);
    return [library.read(word(2), Number(word(3))).toString(), value.toString("hex")];
  });
}
