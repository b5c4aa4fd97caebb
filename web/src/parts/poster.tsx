/** A movie's poster in the frame of a poster, two by three, painted by its BlurHash until it is there. */
import { useState } from "react";
import type { MovieCard } from "../api/movie-card.js";
import { Blurhash } from "./blurhash.js";

export interface PosterProps {
  movie: MovieCard;
  /** How wide the poster is shown, as the attribute `sizes` says it. */
  sizes: string;
  /** For posters in the first screen. */
  isFirst?: boolean;
}

/** Paths of the server as addresses below this page, which a proxy may serve under a path prefix. */
const toRelative = (path: string) => `.${path}`;
const toRelativeSources = (sources: string) => sources.split(", ").map(toRelative).join(", ");

export function Poster({ movie: { poster, card }, sizes, isFirst = false }: PosterProps) {
  const [isLoaded, setLoaded] = useState(false);
  // A poster whose file is gone has its drawn card instead.
  const [isGone, setGone] = useState(false);
  const shown = isGone ? null : poster;
  return (
    <span className="poster">
      {poster?.blurhash != null && !isLoaded && <Blurhash hash={poster.blurhash} />}
      <img
        // The title stands beside every poster.
        alt=""
        width={200}
        height={300}
        src={toRelative(shown?.url ?? card)}
        srcSet={shown == null ? undefined : toRelativeSources(shown.srcset)}
        sizes={shown == null ? undefined : sizes}
        loading={isFirst ? "eager" : "lazy"}
        fetchPriority={isFirst ? "high" : "auto"}
        decoding="async"
        onLoad={() => setLoaded(true)}
        onError={() => setGone(true)}
      />
    </span>
  );
}
