/** The context that every resolver of a request receives. */

import type { RequestPolicy, Viewer } from "../../access/viewer.js";
import type { Services } from "../../services/services.js";
import type { ListPace } from "./list-pace.js";
import type { Loaders } from "./loaders.js";

export interface Context {
  services: Services;
  loaders: Loaders;
  listPace: ListPace;
  /** Who asks. */
  viewer: Viewer;
  policy: RequestPolicy;
}
