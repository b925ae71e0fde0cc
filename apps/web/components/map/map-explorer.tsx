"use client";

import { useCallback, useMemo, useRef, useState } from "react";
import { exampleTitles } from "@/lib/example-titles";
import { type MapQuery, type ReadyMap, titleAt } from "@/lib/map";
import { colourBy } from "@/lib/map-colours";
import { pageHits } from "@/lib/query";
import { spreadOrder } from "@/lib/spread-order";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { Examples } from "../examples";
import { useWords } from "../words";
import { ChosenList } from "./chosen-list";
import { MapCanvas, type MapControls } from "./map-canvas";
import { MapLegend } from "./map-legend";
import { type Look, MapTools, type Tool } from "./map-tools";
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
  const [tool, setTool] = useState<Tool>("move");
  const [look, setLook] = useState<Look>("pictures");
  const controls = useRef<MapControls>(null);
  const field = map.fields.find(({ name }) => name === query.field);
  const examples = useMemo(() => {
    const order = spreadOrder(map.ids.length);
    const some = [...map.ids.keys()].slice(0, pageHits).map(order);
    return exampleTitles(some.map((i) => ({ title: map.titles[i] ?? "" })));
  }, [map]);
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
      <MapTools
        {...{ map, query, onQuery, look, onLook: setLook, tool, onTool: setTool, controls }}
        onList={() => setChosen([...(controls.current?.shown() ?? [])].sort((a, b) => a - b))}
      />
      {query.pins.length === 0 && (
        <div className="mb-3 flex">
          <Examples titles={examples} onChoose={(title) => onQuery({ ...query, pins: [title] })} />
        </div>
      )}
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
          titleOf={(i) => titleAt(map, i)}
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
