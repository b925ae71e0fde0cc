"use client";

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { type Camera, fitCamera, isInside, type Size, type Spot, toWorld } from "@/lib/camera";
import { drawMap, pictureAt } from "./draw-map";
import type { Frame, Scene } from "./scene";
import { createTiles, type Tiles } from "./tiles";
import { type Tones, toneClass, useTones } from "./tones";
import { useNavigation } from "./use-navigation";

export interface MapControls {
  /** Zooms by a factor around the middle. */
  zoom(factor: number): void;
  showAll(): void;
  /** Pictures in view. */
  shown(): readonly number[];
}

interface MapCanvasProps {
  readonly scene: Scene;
  readonly atlas: { readonly src: string; readonly columns: number };
  readonly thumbnail: (i: number) => string;
  readonly titleOf: (i: number) => string;
  readonly lasso: boolean;
  readonly controls: RefObject<MapControls | null>;
  /** What the canvas shows, for those who cannot see it. */
  readonly describe: (shown: number) => string;
  readonly onChoose: (pictures: readonly number[]) => void;
}

const nowhere: Camera = { x: 0, y: 0, scale: 1 };

/** Draws when something changed, once a frame of the screen at most. */
export function MapCanvas(props: MapCanvasProps) {
  const { scene, atlas, controls, onChoose } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = useRef<HTMLSpanElement>(null);
  const tones = useTones(palette);
  const camera = useRef(nowhere);
  const whole = useRef(nowhere);
  const size = useRef<Size>({ width: 0, height: 0 });
  const lasso = useRef<readonly Spot[]>([]);
  const shown = useRef<readonly number[]>([]);
  const tiles = useRef<Tiles>(undefined);
  const [inView, setInView] = useState(0);
  const [hovered, setHovered] = useState<{ readonly title: string; readonly right: boolean }>();

  const frameOf = useCallback((colours: Tones): Frame => {
    const ratio = Math.min(2, devicePixelRatio);
    const now = { camera: camera.current, whole: whole.current, size: size.current };
    return { ...now, ratio, tones: colours, tiles: tiles.current, lasso: lasso.current };
  }, []);
  const draw = useCallback(() => {
    const context = canvas.current?.getContext("2d", { alpha: false });
    if (context && tones && size.current.width > 0) {
      shown.current = drawMap(context, scene, frameOf(tones));
    }
  }, [scene, tones, frameOf]);
  const request = useRedraw(draw);
  const move = (next: Camera) => {
    camera.current = next;
    request();
  };

  useEffect(() => {
    const timer = setInterval(() => setInView(shown.current.length), 300);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    const image = new Image();
    image.src = atlas.src;
    const path = (i: number) => latestThumbnail.current(i);
    image
      .decode()
      .then(() => {
        tiles.current = createTiles(image, { columns: atlas.columns, path, onLoad: request });
        request();
      })
      .catch(() => undefined); // dots serve without it
  }, [atlas.src, atlas.columns, request]);
  const latestThumbnail = useRef(props.thumbnail);
  latestThumbnail.current = props.thumbnail;

  const { places, titles } = scene;
  useEffect(() => {
    const fit = () => {
      const all = titles ? [...places, ...titles] : places;
      const untouched = camera.current === whole.current;
      whole.current = fitCamera(all, size.current);
      return untouched;
    };
    fit();
    camera.current = whole.current;
    const element = canvas.current;
    const frame = element?.parentElement;
    if (!element || !frame) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = frame;
      const ratio = Math.min(2, devicePixelRatio);
      size.current = { width, height };
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      if (fit()) camera.current = whole.current;
      request();
    });
    observer.observe(frame);
    return () => observer.disconnect();
  }, [places, titles, request]);

  const hit = (at: Spot) => tones && pictureAt(scene, frameOf(tones), at);
  useNavigation({
    ...{ canvas, camera, whole, size },
    lasso: props.lasso,
    onCamera: move,
    onLasso: (path) => {
      lasso.current = path;
      request();
    },
    onLassoed: (path) => {
      const polygon = path.map((spot) => toWorld(camera.current, size.current, spot));
      const inside = Array.from(scene.order).filter((i) =>
        isInside(polygon, [places[2 * i]!, places[2 * i + 1]!]),
      );
      onChoose(inside.sort((a, b) => a - b));
    },
    onHover: (at) => {
      const found = at && hit(at);
      const right = at !== undefined && at[0] > size.current.width / 2;
      setHovered(found === undefined ? undefined : { title: props.titleOf(found), right });
    },
    onClick: (at) => {
      const found = hit(at);
      onChoose(found === undefined ? [] : [found]);
    },
    onEscape: () => onChoose([]),
  });
  useEffect(() => {
    controls.current = {
      zoom(factor) {
        const { scale } = camera.current;
        const [least, most] = [whole.current.scale / 3, whole.current.scale * 400];
        camera.current = {
          ...camera.current,
          scale: Math.min(most, Math.max(least, scale * factor)),
        };
        request();
      },
      showAll() {
        camera.current = whole.current;
        request();
      },
      shown: () => shown.current,
    };
  }, [controls, request]);

  return (
    <div className="relative size-full overflow-hidden rounded-2xl border border-line bg-surface">
      <canvas
        ref={canvas}
        role="img"
        aria-label={props.describe(inView)}
        aria-describedby="map-hint"
        tabIndex={0}
        className={`absolute inset-0 size-full touch-none select-none rounded-2xl outline-offset-[-3px] ${props.lasso ? "cursor-crosshair" : "cursor-grab active:cursor-grabbing"}`}
      />
      {hovered && (
        <p
          className={`pointer-events-none absolute bottom-3 max-w-[45%] truncate rounded-lg border border-line bg-surface px-3 py-1.5 shadow-lg ${hovered.right ? "left-3" : "right-3"}`}
        >
          {hovered.title}
        </p>
      )}
      <span ref={palette} className="hidden" aria-hidden="true">
        {Object.values(toneClass).map((name) => (
          <span key={name} className={name} />
        ))}
      </span>
    </div>
  );
}

/** `draw` at the next frame of the screen, once however often it is asked for; and whenever it changes. */
function useRedraw(draw: () => void): () => void {
  const latest = useRef(draw);
  const waiting = useRef(0);
  latest.current = draw;
  const request = useCallback(() => {
    if (waiting.current !== 0) return;
    waiting.current = requestAnimationFrame(() => {
      waiting.current = 0;
      latest.current();
    });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another way to draw is a reason to
  useEffect(request, [draw, request]);
  useEffect(() => () => cancelAnimationFrame(waiting.current), []);
  return request;
}
