import { expect, test } from "vitest";
import { pressCounter } from "../dist/interrupt.js";

test("Ctrl-C that the terminal and a parent both send is one; a later one is another", () => {
  let now = 5000;
  const press = pressCounter(() => now);
  expect(press()).toBe("first");
  now += 900; // npx, or a sweep, passes it on
  expect(press()).toBe("same");
  now += 200;
  expect(press()).toBe("again");
});
