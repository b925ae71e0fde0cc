"use client";

import { useCallback, useMemo, useRef, useState } from "react";
import { type MapQuery, mapViews, type ReadyMap } from "@/lib/map";
import { colourBy } from "@/lib/map-colours";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { Choice } from "../choice";
import { useWords } from "../words";
import { ChosenList } from "./chosen-list";
import { MapCanvas, type MapControls } from "./map-canvas";
import { MapLegend } from "./map-legend";
import { PinRow } from "./pin-row";
import { usePins } from "./use-pins";
import { meanOf, useScene } from "./use-scene";

interface MapExplorerProps {
  readonly map: ReadyMap;
  readonly query: MapQuery;
  readonly onQuery: (query: MapQuery) => void;
}

export function MapExplorer({ map, query, onQuery }: MapExplorerProps) {
  const { words, language } = useWords();
  const { view } = query;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [tool, setTool] = useState<"move" | "lasso">("move");
  const [look, setLook] = useState<"pictures" | "dots">("pictures");
  const controls = useRef<MapControls>(null);
  const field = map.fields.find(({ name }) => name === query.field);
  const colouring = useMemo(() => field && colourBy(field), [field]);
  const { pins, failure } = usePins(query.pins, true);
  const gapLabel = map.gap === null ? "" : fill(words.map.gap, { gap: map.gap.toFixed(2) });
  const scene = useScene({
    ...{ map, view, colouring, pins, gapLabel },
    chosen: useMemo(() => new Set(chosen), [chosen]),
    dots: look === "dots",
  });
  const { version } = map;
  const thumbnail = useCallback(
    (i: number) => `/api/thumbnails/${encodeURIComponent(map.ids[i]!)}?v=${version}`,
    [map, version],
  );
  const number = (value: number) => value.toLocaleString(language);
  const chooseGroup = (group: number) =>
    setChosen([...map.ids.keys()].filter((i) => colouring?.groupOf[i] === group));

  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Choice
          label={words.map.views}
          options={mapViews.map((one) => [one, words.map[one]] as const)}
          value={view}
          onChange={(next) => onQuery({ ...query, view: next })}
        />
        <label className="flex items-center gap-2">
          <span className="text-muted">{words.map.colour}</span>
          <select
            value={field?.name ?? ""}
            onChange={({ target: { value } }) =>
              onQuery({ ...query, field: value === "" ? undefined : value })
            }
            className="h-8 max-w-44 rounded-lg border border-line bg-surface px-2"
          >
            <option value="">{words.map.none}</option>
            {map.fields.map(({ name }) => (
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
          onChange={setLook}
        />
        <Choice
          label={words.map.tool}
          options={[
            ["move", words.map.move],
            ["lasso", words.map.lasso],
          ]}
          value={tool}
          onChange={setTool}
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
          <button
            type="button"
            onClick={() => controls.current?.showAll()}
            className="quiet-button"
          >
            {words.map.whole}
          </button>
        </span>
        <button
          type="button"
          onClick={() => setChosen([...(controls.current?.shown() ?? [])].sort((a, b) => a - b))}
          className="quiet-button"
        >
          {words.map.listView}
        </button>
      </div>
      {pins.length > 0 && (
        <div className="mb-3">
          <PinRow
            map={map}
            pins={pins}
            onRemove={(gone) =>
              onQuery({ ...query, pins: query.pins.filter((pin) => pin !== gone) })
            }
          />
        </div>
      )}
      {failure !== undefined && (
        <p role="alert" className="mb-3 text-danger">
          {failureText(failure, words)}
        </p>
      )}
      <div className="h-[max(22rem,calc(100dvh-14.5rem))]">
        <MapCanvas
          scene={scene}
          atlas={{ src: map.atlas, columns: map.columns }}
          thumbnail={thumbnail}
          titleOf={(i) => map.titles[i] || (map.ids[i] ?? "")}
          lasso={tool === "lasso"}
          controls={controls}
          describe={(shown) =>
            fill(words.map.canvas, { count: number(map.ids.length), shown: number(shown) })
          }
          onChoose={setChosen}
        />
      </div>
      <div className="mt-2 flex flex-wrap items-start justify-between gap-x-6 gap-y-1 text-xs">
        <MapLegend
          groups={colouring?.groups ?? []}
          titles={scene.titles !== undefined}
          onChoose={chooseGroup}
        />
        <p className="max-w-3xl text-muted leading-relaxed">
          {explanation()} <span id="map-hint">{words.map.hint}</span>
          {map.ids.length < map.count && (
            <span>
              {" "}
              {fill(words.map.part, { count: number(map.ids.length), all: number(map.count) })}
            </span>
          )}
        </p>
      </div>
      {chosen.length > 0 && (
        <ChosenList key={chosen[0]} {...{ map, chosen, thumbnail }} onClear={() => setChosen([])} />
      )}
    </>
  );

  function explanation(): string {
    if (view === "neighbours") return words.map.neighboursHelp;
    const share = Math.round(100 * map.shares.reduce((sum, one) => sum + one, 0));
    if (map.gap === null) return fill(words.map.planeOnly, { share });
    const [[a, b], [c, d]] = [meanOf(map.plane), meanOf(map.titlePlane)];
    const seen = Math.hypot(a - c, b - d).toFixed(2);
    return fill(words.map.planeHelp, { share, gap: map.gap.toFixed(2), seen });
  }
}
