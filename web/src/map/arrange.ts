/** Where posters stand on the map: as islands, or as a wall without gaps. */

/** Centres of the posters, in units of a poster's width. */
export interface Arrangement {
  x: Float32Array;
  y: Float32Array;
  width: number;
  height: number;
  /** How posters grow with the zoom, as a power of it: less than the space between them where they overlap. */
  growth: number;
}

/** Height of a poster by its width. */
export const ratio = 1.5;

/** @param aspect width of the window by its height */
export function toIslands(x: readonly number[], y: readonly number[], aspect: number): Arrangement {
  const area = x.length * ratio * 2.4;
  const height = Math.sqrt(area / aspect);
  const width = height * aspect;
  const [across, down] = [spread(x), spread(y)];
  return {
    x: across.map((value) => 1 + value * (width - 2)),
    y: down.map((value) => ratio + value * (height - 2 * ratio)),
    width,
    height,
    growth: 0.55,
  };
}

/** Halfway between the positions and their ranks: islands stay islands, and the sea between them is smaller. In 0..1. */
function spread(values: readonly number[]): Float32Array {
  const spreadOut = new Float32Array(values.length);
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  order.forEach((i, rank) => {
    spreadOut[i] = (values[i] + rank / Math.max(1, values.length - 1)) / 2;
  });
  return spreadOut;
}

/**
 * A wall of full rows in which neighbours stay near each other: the posters are halved by the coordinate in which there is more room, again
 * and again, as a k-d tree does.
 * @param aspect width of the window by its height
 */
export function toWall(x: readonly number[], y: readonly number[], aspect: number): Arrangement {
  const n = x.length;
  const columns = chooseColumns(n, Math.sqrt(n * ratio * aspect));
  const rows = Math.max(1, Math.ceil(n / columns));
  const wall = { x: new Float32Array(n), y: new Float32Array(n), width: columns, height: rows * ratio, growth: 1 };
  place(
    Array.from({ length: n }, (_, i) => i),
    0,
    0,
    columns,
    rows,
  );
  return wall;

  /** Puts posters into the cells of a rectangle, whose last ones may stay empty. */
  function place(posters: number[], left: number, top: number, width: number, height: number): void {
    if (posters.length === 0) return;
    if (width === 1 && height === 1) {
      wall.x[posters[0]] = left + 0.5;
      wall.y[posters[0]] = (top + 0.5) * ratio;
      return;
    }
    const isAcross = width >= height * ratio || height === 1;
    const by = isAcross ? x : y;
    posters.sort((a, b) => by[a] - by[b]);
    const half = (isAcross ? width : height) >> 1;
    const first = isAcross ? half * height : half * width;
    // In the same shares as the cells, so that empty ones are spread over the edge.
    const cut = Math.min(
      first,
      Math.max(posters.length - (width * height - first), Math.round((posters.length * first) / (width * height))),
    );
    if (isAcross) {
      place(posters.slice(0, cut), left, top, half, height);
      place(posters.slice(cut), left + half, top, width - half, height);
    } else {
      place(posters.slice(0, cut), left, top, width, half);
      place(posters.slice(cut), left, top + half, width, height - half);
    }
  }
}

/** In the middle of a window, with the same margins on both sides. @param aspect width of the window by its height */
export function toMiddle(arrangement: Arrangement, aspect: number): Arrangement {
  const width = Math.max(arrangement.width, arrangement.height * aspect);
  const height = Math.max(arrangement.height, arrangement.width / aspect);
  const [left, top] = [(width - arrangement.width) / 2, (height - arrangement.height) / 2];
  return {
    ...arrangement,
    x: arrangement.x.map((x) => x + left),
    y: arrangement.y.map((y) => y + top),
    width,
    height,
  };
}

/** How much narrower or wider a wall may be for fewer empty cells. */
const slack = 0.12;

/** About as many columns as fit the window, those that leave the fewest cells empty; of several, the closest. */
function chooseColumns(n: number, fitting: number): number {
  const nearest = Math.max(1, Math.round(fitting));
  let best = nearest;
  const getEmpty = (columns: number) => Math.ceil(n / columns) * columns - n;
  for (let columns = Math.max(1, Math.ceil(fitting * (1 - slack))); columns <= fitting * (1 + slack); columns++) {
    const fewer = getEmpty(columns) - getEmpty(best);
    if (fewer < 0 || (fewer === 0 && Math.abs(columns - fitting) < Math.abs(best - fitting))) best = columns;
  }
  return best;
}
