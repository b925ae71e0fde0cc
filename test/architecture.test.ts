import { describe, expect, test } from "vitest";
import {
  importsOf,
  isCode,
  packageOf,
  packages,
  readText,
  repositoryFiles,
  resolveImport,
} from "./repository/source-files.js";

const files = repositoryFiles();
const code = files.filter(isCode);
const product = code.filter((path) => packageOf(path) !== undefined);

/** Which of our packages each may import: the arrows of the design. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "@cliptune/engine": [],
  "@cliptune/losses": [],
  "@cliptune/data": [],
  "@cliptune/clip": ["@cliptune/engine"],
  "@cliptune/datasets": ["@cliptune/clip", "@cliptune/engine"],
  "@cliptune/hub": ["@cliptune/engine"],
  "@cliptune/index": ["@cliptune/clip", "@cliptune/engine"],
  "@cliptune/trainer": [
    "@cliptune/clip",
    "@cliptune/datasets",
    "@cliptune/losses",
    "@cliptune/engine",
  ],
  "@cliptune/web": ["@cliptune/index", "@cliptune/clip", "@cliptune/engine"],
  cliptune: [
    "@cliptune/engine",
    "@cliptune/losses",
    "@cliptune/data",
    "@cliptune/clip",
    "@cliptune/datasets",
    "@cliptune/hub",
    "@cliptune/index",
    "@cliptune/trainer",
  ],
};

const publishedName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const ours = (specifier: string): boolean => Object.hasOwn(packages, publishedName(specifier));

/** The groups of files that import each other in a loop (Tarjan's strongly connected components). */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node)!);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1 || edges.get(node)?.includes(node)) groups.push(group.sort());
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return groups;
}

test("the reader of imports sees every form of them, and no comment", () => {
  const source = `import "a";
import b, { type B } from "b";
export { c } from 'c';
import {
  d,
} from "d";
export * as e from "e";
const f = await import("f");
import type { G } from "g";
// import "no";
/* export { x } from "no"; */`;
  expect(importsOf(source)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
});

test("a loop of imports is found", () => {
  const edges = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
    ["d", ["a"]],
  ]);
  expect(cycles(edges)).toEqual([["b", "c"]]);
});

describe("arrows", () => {
  test.each(Object.keys(packages))("%s imports only what the design allows", (name) => {
    const wrong: string[] = [];
    for (const path of product.filter((each) => packageOf(each) === name)) {
      for (const specifier of importsOf(readText(path)).filter(ours)) {
        if (!arrows[name]!.includes(publishedName(specifier))) wrong.push(`${path} → ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("no file reaches into another package by a relative path", () => {
    const wrong: string[] = [];
    for (const path of product) {
      for (const specifier of importsOf(readText(path)).filter((each) => each.startsWith("."))) {
        const target = resolveImport(path, specifier);
        if (target && packageOf(target) !== packageOf(path)) wrong.push(`${path} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("a package is imported by its published name, never by a path inside it", () => {
    const inner = product.flatMap((path) =>
      importsOf(readText(path))
        .filter((specifier) => ours(specifier) && specifier !== publishedName(specifier))
        .map((specifier) => `${path} → ${specifier}`),
    );
    expect(inner).toEqual([]);
  });

  test("each package declares what it imports, and of ours only that", () => {
    for (const [name, folder] of Object.entries(packages)) {
      const manifest = JSON.parse(readText(`${folder}/package.json`)) as Record<string, object>;
      const declared = Object.keys({
        ...manifest["dependencies"],
        ...manifest["optionalDependencies"],
        ...manifest["peerDependencies"],
      });
      expect(manifest["name"]).toBe(name);
      for (const dependency of declared.filter(ours)) expect(arrows[name]).toContain(dependency);
      const imported = product
        .filter((path) => packageOf(path) === name && !/\.config\.[a-z]+$/.test(path))
        .flatMap((path) => importsOf(readText(path)))
        .filter((specifier) => !/^(\.|node:|@\/)/.test(specifier))
        .map(publishedName);
      expect(declared, `${name} must declare what it imports`).toEqual(
        expect.arrayContaining([...new Set(imported)]),
      );
    }
  });
});

test("no files import each other in a loop", () => {
  const edges = new Map(
    product.map((path) => {
      const local = importsOf(readText(path)).filter((specifier) => specifier.startsWith("."));
      return [path, local.flatMap((specifier) => resolveImport(path, specifier) ?? [])] as const;
    }),
  );
  expect([...edges.values()].flat().length).toBeGreaterThan(100);
  expect(cycles(edges)).toEqual([]);
});

describe("style", () => {
  test("no file is longer than 300 lines", () => {
    const long = code.filter((path) => readText(path).split("\n").length > 301);
    expect(long).toEqual([]);
  });

  test("no file is named utils, helpers or common", () => {
    const vague = files.filter((path) => /(^|\/)(utils?|helpers?|commons?)\.[a-z.]+$/i.test(path));
    expect(vague).toEqual([]);
  });

  test("only the edges read the environment", () => {
    const allowed =
      /(^|\/)(test|scripts|bench)\/|^packages\/cli\/src\/environment\.ts$|^apps\/web\/environment\.mjs$/;
    const readers = code.filter(
      (path) => !allowed.test(path) && /\bprocess\s*(\.|\[\s*["'])\s*env\b/.test(readText(path)),
    );
    expect(readers).toEqual([]);
  });

  test("every random number comes from a seed", () => {
    const word = ["Math", "random"].join(".");
    expect(code.filter((path) => readText(path).includes(word))).toEqual([]);
  });

  test("no file names a package registry's host", () => {
    const hosts = [
      ["registry", "npmjs", "org"],
      ["registry", "yarnpkg", "com"],
      ["registry", "npmmirror", "com"],
      ["npm", "pkg", "github", "com"],
      ["files", "pythonhosted", "org"],
    ].map((parts) => parts.join("."));
    const text = files.filter(
      (path) => !/\.(png|jpe?g|webp|safetensors|bin|ico|woff2?)$/.test(path),
    );
    const naming = text.filter((path) => hosts.some((host) => readText(path).includes(host)));
    expect(naming).toEqual([]);
  });
});
