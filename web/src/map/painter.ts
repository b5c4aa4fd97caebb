/** Paints the map on two canvases, one over the other: posters below, what marks them above. */
import { type Colours, drawMarks, drawPosters, type Scene } from "./draw-map.js";

export interface Painter {
  /** Paints everything anew. */
  paint(): void;
  /** Paints what lies over the posters anew. */
  mark(): void;
  /** Paints finer what is there already: sharper pictures came. */
  refine(): void;
  stop(): void;
}

/** Without a movement for so long, the map stands still. */
const stillAfterMs = 240;
/** Of a frame of 16 ms, the rest is the browser's. */
const shareMs = 10;

export interface PainterOptions {
  posters: HTMLCanvasElement;
  marks: HTMLCanvasElement;
  colours: Colours;
  width: number;
  height: number;
  /** Undefined while there is nothing to paint yet. */
  getScene(): Scene | undefined;
}

export function createPainter({ posters, marks, colours, width, height, getScene }: PainterOptions): Painter {
  const [below, above] = [posters, marks].map((canvas) => {
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    context.imageSmoothingQuality = "high";
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    return context;
  });
  let frame: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAnew = false;
  let isPainted = false;
  let isStopped = false;
  let isMarked = true;
  /** What is being painted over several frames. */
  let drawing: Generator | undefined;

  function schedule(): void {
    if (!isStopped) frame ??= requestAnimationFrame(paintFrame);
  }

  function paintFrame(): void {
    frame = undefined;
    const scene = getScene();
    if (scene === undefined) return;
    if (!isMarked) drawMarks(above, scene, width, height, colours);
    isMarked = true;
    if (isAnew) begin(scene);
    const until = performance.now() + shareMs;
    while (drawing !== undefined && performance.now() < until) if (drawing.next().done === true) drawing = undefined;
    if (drawing !== undefined) schedule();
  }

  function begin(scene: Scene): void {
    isAnew = false;
    below.clearRect(0, 0, width, height);
    below.imageSmoothingEnabled = !isPainted;
    drawing = drawPosters(below, scene, width, height);
    if (isPainted) {
      // Coarser and at once, and finer when it stands still.
      while (drawing.next().done !== true);
      drawing = undefined;
      refineSoon();
    }
    isPainted = true;
  }

  /** Over the coarse posters, which stay until theirs is painted. */
  function refineSoon(): void {
    clearTimeout(timer);
    if (isStopped) return;
    timer = setTimeout(() => {
      const scene = getScene();
      if (scene === undefined || isAnew) return;
      isMarked = false;
      below.imageSmoothingEnabled = true;
      drawing = drawPosters(below, scene, width, height);
      schedule();
    }, stillAfterMs);
  }

  return {
    paint: () => {
      isAnew = true;
      isMarked = false;
      schedule();
    },
    mark: () => {
      isMarked = false;
      schedule();
    },
    refine: refineSoon,
    stop: () => {
      isStopped = true;
      if (frame !== undefined) cancelAnimationFrame(frame);
      clearTimeout(timer);
    },
  };
}
