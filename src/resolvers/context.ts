/** What every resolver of one request gets. */
import type { Loaders } from "./loaders.js";
import type { Services } from "./services.js";
import type { RequestPolicy, Viewer } from "./viewer.js";

export interface Context {
  services: Services;
  loaders: Loaders;
  /** Who asks. */
  viewer: Viewer;
  policy: RequestPolicy;
}
