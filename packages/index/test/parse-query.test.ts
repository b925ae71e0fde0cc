import { type ParsedTerm, parseQuery } from "@cliptune/index";
import { expect, test } from "vitest";

const cases: [query: string, terms: ParsedTerm[]][] = [
  ["no bicycles", [{ text: "no bicycles" }]],
  ["  t-shirt, 5 km/h  ", [{ text: "t-shirt, 5 km/h" }]],
  [
    '"red sign" - "speed limit" + 0.5*./x.jpg',
    [{ text: "red sign" }, { text: "speed limit", weight: -1 }, { file: "./x.jpg", weight: 0.5 }],
  ],
  ["red sign - speed limit", [{ text: "red sign" }, { text: "speed limit", weight: -1 }]],
  ["jaguar -car at night", [{ text: "car", weight: -1 }, { text: "jaguar at night" }]],
  [
    "2*red + .5 * big sign",
    [
      { text: "red", weight: 2 },
      { text: "big sign", weight: 0.5 },
    ],
  ],
  ["sign -0.3*blue", [{ text: "blue", weight: -0.3 }, { text: "sign" }]],
  ["id:sign-12 + night", [{ id: "sign-12" }, { text: "night" }]],
  ['id:"a b" - id:c', [{ id: "a b" }, { id: "c", weight: -1 }]],
  ['image:"my pictures/a b" + sun', [{ file: "my pictures/a b" }, { text: "sun" }]],
  ["like /tmp/A.PNG", [{ text: "like" }, { file: "/tmp/A.PNG" }]],
  ['"x.jpg"', [{ text: "x.jpg" }]],
  ["“赤い標識” − 速度", [{ text: "赤い標識" }, { text: "速度", weight: -1 }]],
  ["빨간 표지판 -자전거", [{ text: "자전거", weight: -1 }, { text: "빨간 표지판" }]],
  ["-5 degrees", [{ text: "-5 degrees" }]],
  ["red -", [{ text: "red" }]],
  ['red - "speed', [{ text: "red" }, { text: "speed", weight: -1 }]],
  [String.raw`"say \"stop\""`, [{ text: 'say "stop"' }]],
  ["C++ - rust", [{ text: "C++" }, { text: "rust", weight: -1 }]],
  ["", []],
  ['""', []],
  ['"', []],
];

test.each(cases)("%s", (query, terms) => {
  expect(parseQuery(query)).toEqual(terms);
});
