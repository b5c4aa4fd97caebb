/** The context that every resolver of a request receives. */
import type { ReadPolicy, Viewer } from "../../access/viewer.js";
import type { RequestServices } from "../../services/services.js";
import type { Audience } from "../../store/statistics.js";
import type { Loaders } from "./loaders.js";
import type { Scheduler } from "./scheduler.js";

export interface Context {
  services: RequestServices;
  loaders: Loaders;
  scheduler: Scheduler;
  /** Who sent the request. */
  viewer: Viewer;
  /** Whose ratings the viewer may read besides their own, and whose ratings count in the sums they see. */
  audience(): Audience | Promise<Audience>;
  policy: ReadPolicy;
  /** Where clients reach this server, without a slash at the end: `PUBLIC_URL`, else what the request was sent to. */
  origin: string;
}
