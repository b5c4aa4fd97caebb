/** Pictures of the posters that are large on the map, loaded when they are first drawn; the latest few hundred stay. */

const maxKept = 300;
const maxLoading = 8;

export interface SharpPosters {
  get(movieId: number): HTMLImageElement | undefined;
}

/** @param onLoad called when another one can be drawn */
export function createSharpPosters(onLoad: () => void): SharpPosters {
  const images = new Map<number, HTMLImageElement>();
  let loading = 0;
  return {
    get(movieId) {
      const known = images.get(movieId);
      if (known !== undefined) {
        // Used last, it is dropped last.
        images.delete(movieId);
        images.set(movieId, known);
        return known.complete && known.naturalWidth > 0 ? known : undefined;
      }
      if (loading >= maxLoading) return undefined;
      loading++;
      const image = new Image();
      const done = () => {
        loading--;
        onLoad();
      };
      image.onload = done;
      image.onerror = done;
      image.src = `./posters/${movieId}?w=342&format=webp`;
      images.set(movieId, image);
      if (images.size > maxKept) images.delete(images.keys().next().value as number);
      return undefined;
    },
  };
}
