/** What was recognised in an export of ratings, before any of it is used. */
import type { ImportResult } from "../api/imports.js";
import { Poster } from "../parts/poster.js";

export type Scale = ImportResult["scale"];

const serviceNames: Record<ImportResult["service"], string> = {
  LETTERBOXD: "Letterboxd",
  IMDB: "IMDb",
  TRAKT: "Trakt",
  MOVIELENS: "MovieLens",
  CSV: "a CSV file",
};

const scaleNames: Record<Scale, string> = {
  FIVE: "up to 5 stars",
  TEN: "up to 10 points",
  HUNDRED: "up to 100 points",
  LIKES: "likes",
};

const scales = Object.keys(scaleNames) as Scale[];

export interface ImportPreviewProps {
  preview: ImportResult;
  isBusy: boolean;
  onScale(scale: Scale): void;
  onUse(): void;
  onCancel(): void;
}

export function ImportPreview({ preview, isBusy, onScale, onUse, onCancel }: ImportPreviewProps) {
  const { service, scale, possibleScales, rowCount, matchedCount, unmatchedCount, matched, unmatched } = preview;
  const uncertain = matched.filter(({ confidence }) => confidence < 1);
  return (
    <div className="preview">
      <p>
        <strong>
          {serviceNames[service]}: {matchedCount} of {rowCount} ratings are of movies here
        </strong>
        {uncertain.length > 0 && `, ${uncertain.length} of them uncertain`}.
      </p>
      <label>
        {possibleScales.length > 1 ? "These ratings may be on more than one scale. Which is it?" : "Read on the scale"}
        <select value={scale} onChange={({ target }) => onScale(target.value as Scale)}>
          {scales.map((one) => (
            <option key={one} value={one}>
              {scaleNames[one]}
            </option>
          ))}
        </select>
      </label>
      <ul className="strip small">
        {matched.slice(0, 60).map(({ movie, rating, line }) =>
          movie === null ? null : (
            <li key={line}>
              <Poster movie={movie} sizes="110px" />
              <span className="caption">
                <span className="title">{movie.title}</span>
                <span className="line">{rating} ★</span>
              </span>
            </li>
          ),
        )}
      </ul>
      {uncertain.length > 0 && (
        <details>
          <summary>{uncertain.length} uncertain</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">In the file</th>
                <th scope="col">Here</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {uncertain.map(({ line, title, year, movie, evidence }) => (
                <tr key={line}>
                  <td>{toFilm(title, year)}</td>
                  <td>{movie === null ? "" : toFilm(movie.title, movie.year)}</td>
                  <td>{evidence}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      {unmatchedCount > 0 && (
        <details>
          <summary>{unmatchedCount} left out</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">In the file</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {unmatched.map(({ line, title, year, reason }) => (
                <tr key={line}>
                  <td>{line}</td>
                  <td>{toFilm(title, year)}</td>
                  <td>{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <div className="buttons">
        <button type="button" className="quiet" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="main" onClick={onUse} disabled={isBusy || matchedCount === 0}>
          Use {matchedCount === 1 ? "this rating" : `these ${matchedCount} ratings`}
        </button>
      </div>
    </div>
  );
}

function toFilm(title: string, year: number | null): string {
  return year === null || title.endsWith(`(${year})`) ? title : `${title} (${year})`;
}
