/** What every resolver of one request gets. */
import type { ListPace } from "./list-pace.js";
import type { Loaders } from "./loaders.js";
import type { Services } from "./services.js";
import type { RequestPolicy, Viewer } from "./viewer.js";

export interface Context {
  services: Services;
  loaders: Loaders;
  listPace: ListPace;
  /** Who asks. */
  viewer: Viewer;
  policy: RequestPolicy;
}
