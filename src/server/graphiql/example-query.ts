/** The example query that the server prints at start. */
import { exampleUserId } from "../../resolvers/system/example-user.js";
import type { Services } from "../../services/services.js";

/** The query in README.md, for a user in the loaded data set. */
export async function exampleQuery(services: Services): Promise<string> {
  return `query { user(id: ${await exampleUserId(services)}) { topRated recommendations(similar: true) { title score similarity } } }`;
}
