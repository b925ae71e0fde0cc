import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { readEnvironment } from "../environment.mjs";
import { Failure } from "./failure";

/** A picture that can be trusted: upright, opaque, at most 1,024 pixels a side. */
export interface DecodedPicture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Decoder {
  child?: ChildProcess | undefined;
  waiting: number;
  /** Ends with the last picture that was sent: one is decoded at a time. */
  tail: Promise<unknown>;
}

const patienceMs = 10_000;
const mostWaiting = 8;
const decoders = globalThis as typeof globalThis & { cliptuneDecoder?: Decoder };

/**
 * Decodes a picture in another process, which is ended when it takes too long.
 *
 * @throws Failure 415 for what is no picture, 429 when too many wait
 */
export async function decodePicture(bytes: Uint8Array): Promise<DecodedPicture> {
  decoders.cliptuneDecoder ??= { waiting: 0, tail: Promise.resolve() };
  const decoder = decoders.cliptuneDecoder;
  if (!hasPictureHead(bytes)) throw noPicture("it is not a picture of a known type");
  if (decoder.waiting >= mostWaiting) {
    throw new Failure(429, "Too many pictures wait to be read; try again in a second.");
  }
  decoder.waiting += 1;
  const turn = decoder.tail.then(() => ask(decoder, bytes));
  decoder.tail = turn.catch(() => undefined);
  return turn.finally(() => {
    decoder.waiting -= 1;
  });
}

function ask(decoder: Decoder, bytes: Uint8Array): Promise<DecodedPicture> {
  const child = decoder.child ?? startDecoder(decoder);
  return new Promise((done, fail) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
      finish();
    };
    const onMessage = (answer: DecodedPicture | { readonly reason: string }) =>
      settle(() => ("reason" in answer ? fail(noPicture(answer.reason)) : done(answer)));
    const onExit = () => settle(() => fail(noPicture("reading it failed")));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      settle(() => fail(noPicture(`reading it took longer than ${patienceMs / 1000} seconds`)));
    }, patienceMs);
    child.on("message", onMessage).on("exit", onExit);
    child.send(bytes);
  });
}

function startDecoder(decoder: Decoder): ChildProcess {
  const path = join(readEnvironment().app, "decode/decoder.mjs");
  const child = fork(/* turbopackIgnore: true */ path, {
    serialization: "advanced",
    execArgv: ["--max-old-space-size=256"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const forget = () => {
    if (decoder.child === child) decoder.child = undefined;
  };
  child.once("exit", forget).once("error", forget);
  // It ends with its channel, and is no reason for the server to go on.
  child.unref();
  child.channel?.unref();
  decoder.child = child;
  return child;
}

function noPicture(reason: string): Failure {
  return new Failure(
    415,
    `This picture cannot be read: ${reason}; it must be JPEG, PNG, WebP, GIF, AVIF or TIFF.`,
  );
}

const heads: readonly (readonly [number, string])[] = [
  [0, "\xff\xd8\xff"],
  [0, "\x89PNG\r\n\x1a\n"],
  [0, "GIF8"],
  [8, "WEBP"],
  [0, "II*\0"],
  [0, "MM\0*"],
  [4, "ftyp"],
];

function hasPictureHead(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.length)).toString(
    "latin1",
  );
  return heads.some(([at, head]) => text.startsWith(head, at));
}
