/** The map as a canvas: moved and zoomed by pointer, touch and keys. */
import { select } from "d3-selection";
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { PosterMap } from "../api/map.js";
import { type Arrangement, ratio, toIslands, toMiddle, toWall } from "./arrange.js";
import { getPosterSize, type Marks, readColours, type Scene } from "./draw-map.js";
import { createPainter, type Painter } from "./painter.js";
import { createSharpPosters } from "./sharp-posters.js";

export interface MapCanvasProps {
  map: PosterMap;
  marks: Marks;
  isWall: boolean;
  /** The index of a poster that keys or the pointer chose. */
  chosen: number | undefined;
  onChoose(index: number | undefined): void;
  onOpen(movieId: number): void;
}

const maxZoom = 40;
const tweenMs = 700;

export function MapCanvas({ map, marks, isWall, chosen, onChoose, onOpen }: MapCanvasProps) {
  const below = useRef<HTMLCanvasElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<{ width: number; height: number }>();
  const atlas = useAtlas(map.atlas);
  const arrangement = useMemo(() => {
    if (size === undefined) return undefined;
    const aspect = size.width / size.height;
    return toMiddle((isWall ? toWall : toIslands)(map.x, map.y, aspect), aspect);
  }, [map, isWall, size]);
  // What a frame is drawn from; changed without rendering the page anew.
  const state = useRef<{
    transform: ZoomTransform;
    shown?: Arrangement;
    behaviour?: ZoomBehavior<HTMLCanvasElement, unknown>;
  }>({
    transform: zoomIdentity,
  });
  const painter = useRef<Painter>(undefined);
  const sharp = useMemo(() => createSharpPosters(() => painter.current?.refine()), []);

  const getScene = (): Scene | undefined => {
    const { shown, transform } = state.current;
    if (atlas === undefined || atlas === "broken" || shown === undefined || size === undefined) return undefined;
    const scale = Math.min(size.width / shown.width, size.height / shown.height);
    return {
      map,
      atlas,
      arrangement: shown,
      scale,
      transform,
      marks,
      chosen,
      getSharp: (i) => sharp.get(map.movieIds[i]),
    };
  };

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setSize({ width: contentRect.width, height: contentRect.height }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const latest = useRef(getScene);
  latest.current = getScene;

  useEffect(() => {
    const [above, posters] = [canvas.current, below.current];
    if (above === null || posters === null || size === undefined) return;
    const colours = readColours(above.parentElement as HTMLElement);
    const made = createPainter({ posters, marks: above, colours, ...size, getScene: () => latest.current() });
    painter.current = made;
    made.paint();
    return () => {
      painter.current = undefined;
      made.stop();
    };
  }, [size]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is painted follows from them
  useEffect(() => painter.current?.paint(), [map, atlas]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what marks posters follows from them
  useEffect(() => painter.current?.mark(), [marks, chosen]);

  // From one arrangement to the next, posters glide.
  useEffect(() => {
    if (arrangement === undefined) return;
    const from = state.current.shown;
    const isStill =
      from === undefined ||
      from.x.length !== arrangement.x.length ||
      matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isStill) {
      state.current.shown = arrangement;
      painter.current?.paint();
      return;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const t = Math.min(1, (now - began) / tweenMs);
      state.current.shown = between(from, arrangement, t * t * (3 - 2 * t));
      painter.current?.paint();
      if (t < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [arrangement]);

  useEffect(() => {
    const element = canvas.current;
    if (element === null || size === undefined) return;
    const behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([1, maxZoom])
      .translateExtent([
        [0, 0],
        [size.width, size.height],
      ])
      .on("zoom", ({ transform }: { transform: ZoomTransform }) => {
        state.current.transform = transform;
        painter.current?.paint();
      });
    state.current.behaviour = behaviour;
    const selection = select(element);
    selection.call(behaviour).on("dblclick.zoom", null);
    return () => {
      selection.on(".zoom", null);
    };
  }, [size]);

  /** The poster that covers a point of the window; of several, the one drawn last. */
  const findAt = (left: number, top: number): number | undefined => {
    const scene = getScene();
    if (scene === undefined) return undefined;
    const { arrangement: shown, transform, scale } = scene;
    const unit = scale * transform.k;
    const half = getPosterSize(scene) / unit / 2;
    const [x, y] = [(left - transform.x) / unit, (top - transform.y) / unit];
    for (let i = shown.x.length - 1; i >= 0; i--) {
      if (Math.abs(shown.x[i] - x) < half && Math.abs(shown.y[i] - y) < half * ratio) return i;
    }
    return undefined;
  };
  const atPointer = ({ clientX, clientY }: PointerEvent | { clientX: number; clientY: number }): number | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    return box === undefined ? undefined : findAt(clientX - box.left, clientY - box.top);
  };
  const zoomBy = (factor: number) => {
    const element = canvas.current;
    if (element !== null) state.current.behaviour?.scaleBy(select(element), factor);
  };
  const onKey = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    if (direction !== undefined) {
      event.preventDefault();
      const next = getNext(state.current.shown, chosen, direction);
      if (next === undefined) return;
      onChoose(next);
      reveal(next);
    } else if (event.key === "Enter" && chosen !== undefined) onOpen(map.movieIds[chosen]);
    else if (event.key === "+" || event.key === "=") zoomBy(1.5);
    else if (event.key === "-") zoomBy(1 / 1.5);
  };
  /** Moves the map so that a poster is in the window. */
  const reveal = (index: number) => {
    const [element, scene] = [canvas.current, getScene()];
    if (element === null || scene === undefined) return;
    const { arrangement: shown, scale } = scene;
    state.current.behaviour?.translateTo(select(element), shown.x[index] * scale, shown.y[index] * scale);
  };
  return (
    <>
      <canvas ref={below} className="map-posters" />
      {atlas === "broken" && (
        <p role="alert" className="map-problem">
          The picture of all posters could not be loaded: load the page again.
        </p>
      )}
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: keys and pointers move it as they do an application */}
      <canvas
        ref={canvas}
        className="map-canvas"
        tabIndex={0}
        role="application"
        aria-label={`Map of ${map.movieIds.length} posters. Arrow keys choose one, Enter opens it, plus and minus zoom.`}
        onPointerMove={(event) => onChoose(atPointer(event))}
        onPointerLeave={() => onChoose(undefined)}
        onClick={(event) => {
          const index = atPointer(event);
          if (index !== undefined) onOpen(map.movieIds[index]);
        }}
        onKeyDown={onKey}
      />
    </>
  );
}

/** Decoded beside the page's thread, which a picture of thousands of posters would block. */
function useAtlas(path: string): ImageBitmap | "broken" | undefined {
  const [atlas, setAtlas] = useState<ImageBitmap | "broken">();
  useEffect(() => {
    let isWanted = true;
    let bitmap: ImageBitmap | undefined;
    const load = async () => {
      const response = await fetch(`.${path}`, { priority: "low" });
      bitmap = await createImageBitmap(await response.blob());
      if (isWanted) setAtlas(bitmap);
      else bitmap.close();
    };
    load().catch(() => isWanted && setAtlas("broken"));
    return () => {
      isWanted = false;
      setAtlas(undefined);
      bitmap?.close();
    };
  }, [path]);
  return atlas;
}

function between(from: Arrangement, to: Arrangement, t: number): Arrangement {
  const mix = (a: number, b: number) => a + (b - a) * t;
  return {
    x: to.x.map((value, i) => mix(from.x[i], value)),
    y: to.y.map((value, i) => mix(from.y[i], value)),
    width: mix(from.width, to.width),
    height: mix(from.height, to.height),
    growth: mix(from.growth, to.growth),
  };
}

const directions: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest poster in a direction, more ahead than aside; the first one where none is chosen yet. */
function getNext(
  shown: Arrangement | undefined,
  chosen: number | undefined,
  [dx, dy]: [number, number],
): number | undefined {
  if (shown === undefined) return undefined;
  if (chosen === undefined) return 0;
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < shown.x.length; i++) {
    const [x, y] = [shown.x[i] - shown.x[chosen], (shown.y[i] - shown.y[chosen]) / ratio];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (i === chosen || ahead <= 0.05 || aside > ahead) continue;
    const distance = ahead + 2 * aside;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}
