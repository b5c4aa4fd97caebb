/** Read policy of a request: which users' ratings its viewer may read, and whose ratings count in the sums they see. */
import { publishedNames } from "../datasets/movielens/releases.js";
import type { Services } from "../services/services.js";
import type { Audience } from "../store/statistics.js";
import type { ReadPolicy, Viewer } from "./viewer.js";

/**
 * Whose ratings and demographics the viewer may read besides their own, and so whose ratings count at once in the sums they see.
 * Reads the data set where the answer depends on it.
 */
export async function getAudience(
  { serving }: Pick<Services, "serving">,
  viewer: Viewer,
  { publicUsers }: ReadPolicy,
): Promise<Audience> {
  if (viewer.scope === "admin" || publicUsers === "all") return "all";
  return publicUsers === "published" && (await isDataPublished(serving)) ? "published" : "private";
}

/** Whether the loaded data set is one that anybody can have: GroupLens' releases, by name, and the synthetic one. */
async function isDataPublished(serving: Services["serving"]): Promise<boolean> {
  const { dataset } = await serving();
  return dataset !== undefined && (dataset.kind === "embedded" || publishedNames.includes(dataset.name));
}
