/** Read policy of a request: which users' ratings its viewer may read, and whose ratings count in the sums they see. */
import { publishedNames } from "../datasets/movielens/releases.js";
import type { Services } from "../services/services.js";
import type { Audience } from "../store/statistics.js";
import type { ReadPolicy, Viewer } from "./viewer.js";

/**
 * Whose ratings and demographics the viewer may read besides their own, and so whose ratings count at once in the sums they see.
 * @returns a function that gives the audience, at once where nothing must be read for it or it was read before
 */
export function createAudience(
  { serving }: Pick<Services, "serving">,
  viewer: Viewer,
  { publicUsers }: ReadPolicy,
): () => Audience | Promise<Audience> {
  if (viewer.scope === "admin" || publicUsers === "all") return () => "all";
  if (publicUsers === "none") return () => "private";
  let known: Audience | undefined;
  let reading: Promise<Audience> | undefined;
  return () => {
    if (known !== undefined) return known;
    reading ??= isDataPublished(serving).then((isPublished) => {
      known = isPublished ? "published" : "private";
      return known;
    });
    return reading;
  };
}

/** Whether the loaded data set is one that anybody can have: GroupLens' releases, by name, and the synthetic one. */
async function isDataPublished(serving: Services["serving"]): Promise<boolean> {
  const { dataset } = await serving();
  return dataset !== undefined && (dataset.kind === "embedded" || publishedNames.includes(dataset.name));
}
