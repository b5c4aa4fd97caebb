/** The example query that the server prints when it starts. */

import { exampleUserId } from "../../resolvers/system/example-user.js";
import type { Services } from "../../services/services.js";

/** The query that README shows, for a user whom the loaded data set has. */
export async function exampleQuery(services: Services): Promise<string> {
  return `query { user(id: ${await exampleUserId(services)}) { topRated recommendations(similar: true) { title score similarity } } }`;
}
