import type { FieldKind, FieldValue } from "@cliptune/index";
import { titleOf } from "./title-of";

/** Numbers of one picture after the other, two for each: x and y. */
export type Places = readonly number[];

/** A field of the pictures on the map, one value for each of them. */
export interface MapField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly values: readonly (FieldValue | null)[];
}

/** What the page draws. */
export interface ReadyMap {
  readonly status: "ready";
  readonly version: string;
  /** Pictures of the index; of many, only some are on the map. */
  readonly count: number;
  readonly ids: readonly string[];
  readonly titles: readonly string[];
  /** Pictures laid out so that neighbours stay neighbours (UMAP). */
  readonly neighbours: Places;
  /** Pictures in the plane of the first two principal axes of pictures and titles. */
  readonly plane: Places;
  /** Titles in that plane, and whose each is: a place among `ids`. */
  readonly titlePlane: Places;
  readonly titleOf: readonly number[];
  /** Distance of the mean picture and the mean title; null without titles. */
  readonly gap: number | null;
  /** Shares of the variance along the plane's two axes. */
  readonly shares: readonly number[];
  readonly fields: readonly MapField[];
  /** Path of a picture with all pictures, 32 pixels each, so many in a row. */
  readonly atlas: string;
  readonly columns: number;
}

/** What a picture of the map is called. */
export function titleAt({ ids, titles }: Pick<ReadyMap, "ids" | "titles">, i: number): string {
  return titleOf({ id: ids[i] ?? "", title: titles[i] ?? "" });
}

export type MapReply =
  | ReadyMap
  /** It is being made; `share` of the work is done, 0 to 1. */
  | { readonly status: "making"; readonly share: number };

/** Where a text lies in both views. */
export interface PlaceReply {
  readonly query: string;
  readonly neighbours: readonly [number, number];
  readonly plane: readonly [number, number];
  /** Places among `ids` of the closest pictures on the map, best first. */
  readonly closest: readonly number[];
}

export const mapViews = ["neighbours", "plane"] as const;
export type MapView = (typeof mapViews)[number];

/** Queries that can be on the map at once. */
export const mostPins = 8;

export interface MapQuery {
  readonly view: MapView;
  /** The field that colours. */
  readonly field: string | undefined;
  readonly pins: readonly string[];
}

/** What a map's address says; what it cannot mean is left out. */
export function readMapQuery(parameters: URLSearchParams): MapQuery {
  const pins = parameters.getAll("q").map((text) => text.trim().slice(0, 200));
  return {
    view: parameters.get("view") === "plane" ? "plane" : "neighbours",
    field: parameters.get("field") ?? undefined,
    pins: [...new Set(pins.filter((text) => text !== ""))].slice(0, mostPins),
  };
}

export function writeMapQuery({ view, field, pins }: MapQuery): string {
  const pairs = [
    ...(view === "plane" ? [["view", view]] : []),
    ...(field === undefined ? [] : [["field", field]]),
    ...pins.map((pin) => ["q", pin]),
  ];
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
