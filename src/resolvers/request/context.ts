/** The context that every resolver of a request receives. */

import type { RequestPolicy, Viewer } from "../../access/viewer.js";
import type { Services } from "../../services/services.js";
import type { Loaders } from "./loaders.js";
import type { Scheduler } from "./scheduler.js";

export interface Context {
  services: Services;
  loaders: Loaders;
  scheduler: Scheduler;
  /** Who asks. */
  viewer: Viewer;
  policy: RequestPolicy;
}
