import { expect, test } from "vitest";
import { kindOf } from "../dist/folder.js";

test("pictures are right for one another by title, whatever its case, or by label where they have one", () => {
  const pair = (title: string, label?: string) => ({
    ...{ id: title, file: title, title, captions: [title] },
    ...(label !== undefined && { label }),
  });
  const [jet, other, plane] = [pair("A Jet", "A320"), pair("a jet"), pair("on the runway", "A320")];
  expect(kindOf(jet!, "title")).toBe(kindOf(other!, "title"));
  expect(kindOf(jet!, "title")).not.toBe(kindOf(plane!, "title"));
  expect(kindOf(jet!, "label")).toBe(kindOf(plane!, "label"));
  expect(kindOf(jet!, "label")).not.toBe(kindOf(other!, "label"));
});
