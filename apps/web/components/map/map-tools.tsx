"use client";

import { type RefObject, useMemo } from "react";
import { type MapQuery, mapViews, type ReadyMap } from "@/lib/map";
import { Choice } from "../choice";
import { useWords } from "../words";
import type { MapControls } from "./map-canvas";

export type Look = "pictures" | "dots";
export type Tool = "move" | "lasso";

interface MapToolsProps {
  readonly map: ReadyMap;
  readonly query: MapQuery;
  readonly onQuery: (query: MapQuery) => void;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly controls: RefObject<MapControls | null>;
  /** Lists what is in view. */
  readonly onList: () => void;
}

/** What is laid out and how; one row on a phone, to be scrolled sideways: the screen is for the map. */
export function MapTools(props: MapToolsProps) {
  const { map, query, onQuery, look, onLook, tool, onTool, controls, onList } = props;
  const { words } = useWords();
  const telling = useMemo(
    () => map.fields.filter(({ values }) => values.some((value) => value !== values[0])),
    [map],
  );
  return (
    <div className="relative -mx-4 mb-3 flex items-center gap-x-4 gap-y-2 overflow-x-auto px-4 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0 *:shrink-0">
      <Choice
        label={words.map.views}
        options={mapViews.map((one) => [one, words.map[one]] as const)}
        value={query.view}
        onChange={(next) => onQuery({ ...query, view: next })}
      />
      <label className="flex items-center gap-2">
        <span className="text-muted">{words.map.colour}</span>
        <select
          value={query.field ?? ""}
          onChange={({ target: { value } }) =>
            onQuery({ ...query, field: value === "" ? undefined : value })
          }
          className="h-8 max-w-44 rounded-lg border border-line bg-surface px-2"
        >
          <option value="">{words.map.none}</option>
          {telling.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Choice
        label={words.map.look}
        options={[
          ["pictures", words.map.pictures],
          ["dots", words.map.dots],
        ]}
        value={look}
        onChange={onLook}
      />
      <Choice
        label={words.map.tool}
        options={[
          ["move", words.map.move],
          ["lasso", words.map.lasso],
        ]}
        value={tool}
        onChange={onTool}
      />
      <span className="flex items-center gap-1">
        <button
          type="button"
          aria-label={words.map.zoomOut}
          onClick={() => controls.current?.zoom(1 / 1.5)}
          className="icon-button text-lg"
        >
          −
        </button>
        <button
          type="button"
          aria-label={words.map.zoomIn}
          onClick={() => controls.current?.zoom(1.5)}
          className="icon-button text-lg"
        >
          +
        </button>
        <button type="button" onClick={() => controls.current?.showAll()} className="quiet-button">
          {words.map.whole}
        </button>
      </span>
      <button type="button" onClick={onList} className="quiet-button">
        {words.map.listView}
      </button>
    </div>
  );
}
