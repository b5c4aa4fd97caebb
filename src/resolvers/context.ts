/** What every resolver of one request gets. */
import type { Loaders } from "./loaders.js";
import type { Services } from "./services.js";

export interface Context {
  services: Services;
  loaders: Loaders;
  /** Whether the request carries a token of this server, or none is asked for. */
  mayEdit: boolean;
}
