/** Read policy of a request: which users' ratings its viewer may read, and whose the sums they see count. */
import { publishedNames } from "../datasets/movielens/releases.js";
import { currentDataset } from "../db/settings.js";
import type { Audience } from "../db/statistics.js";
import type { Services } from "../services/services.js";
import type { ReadPolicy, RequestPolicy, Viewer } from "./viewer.js";

/** Whose ratings and demographics the viewer may read besides their own, and so whose ratings the sums they see count at once. */
export function audienceOf({ viewer, policy }: { viewer: Viewer; policy: RequestPolicy }): Audience {
  if (viewer.scope === "admin" || policy.publicUsers === "all") return "all";
  return policy.publicUsers === "published" && policy.isDataPublished() ? "published" : "private";
}

/** The policy as a request's resolvers see it; the data set is looked at once. */
export function policyOfRequest(services: Services, { publicRead, publicUsers }: ReadPolicy): RequestPolicy {
  let isDataPublished: boolean | undefined;
  return {
    publicRead,
    publicUsers,
    isDataPublished: () => {
      isDataPublished ??= isPublished(services);
      return isDataPublished;
    },
  };
}

/** Whether the loaded data set is one that anybody can have: GroupLens' releases, by name, and the synthetic one. */
function isPublished({ db }: Services): boolean {
  const dataset = currentDataset(db);
  return dataset !== undefined && (dataset.kind === "embedded" || publishedNames.includes(dataset.name));
}
