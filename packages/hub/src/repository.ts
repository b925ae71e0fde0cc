import { UserError } from "@cliptune/engine";

/** A repository on the hub, at a branch, tag or commit. */
export interface Repository {
  readonly type: "model" | "dataset";
  /** "openai/clip-vit-base-patch32" */
  readonly name: string;
  readonly revision: string;
}

const namePattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/** Whether a text has the form of a repository's name, with or without `@revision`. */
export const isHubName = (text: string): boolean =>
  namePattern.test(text.split("@", 1)[0]!) && !/\.\.|--/.test(text);

/** "openai/clip-vit-base-patch32", "…@revision". @throws UserError for another form */
export function parseModelName(text: string): Repository {
  if (!isHubName(text)) {
    throw new UserError(
      `"${text}" is no model on the hub; names look like openai/clip-vit-base-patch32.`,
    );
  }
  const at = text.indexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  return { type: "model", name, revision: at < 0 ? "main" : text.slice(at + 1) || "main" };
}

export interface DataAddress extends Repository {
  /** A folder or file inside the repository; "" for all of it. */
  readonly path: string;
}

const dataScheme = "hf://datasets/";

export const isDataAddress = (text: string): boolean => text.startsWith("hf://");

/** `hf://datasets/owner/name`, with `@revision` and a path inside. @throws UserError for another form */
export function parseDataAddress(text: string): DataAddress {
  const [owner = "", rest = "", ...path] = text.startsWith(dataScheme)
    ? text.slice(dataScheme.length).split("/")
    : [];
  const [name = "", revision = "main"] = rest.split("@");
  if (!isHubName(`${owner}/${name}`) || path.includes("..")) {
    throw new UserError(
      `${text} is no data set's address; they look like hf://datasets/owner/name or hf://datasets/owner/name@revision/folder.`,
    );
  }
  const inside = path.filter((part) => part !== "").join("/");
  return { type: "dataset", name: `${owner}/${name}`, revision, path: inside };
}

export const describe = ({ type, name, revision }: Repository): string =>
  `${type === "dataset" ? "data set" : "model"} ${name}${revision === "main" ? "" : `@${revision}`}`;
