/** What GraphiQL shows when it opens. */

import { exampleUserId } from "../resolvers/example-user.js";
import type { Services } from "../resolvers/services.js";

/** The query that README shows, for a user whom the loaded data set has. */
export function exampleQuery(services: Services): string {
  return `query { user(id: ${exampleUserId(services)}) { topRated recommendations(similar: true) { title score similarity } } }`;
}

export function defaultQuery(services: Services, auth: "on" | "off"): string {
  // Short lines: GraphiQL's editor shows about 45 characters in a window of usual width.
  const token =
    auth === "on"
      ? `# Mutations need the token that the first start
# printed: put it in place of <token> under
# Headers, below.
`
      : "# Mutations need no token here (AUTH=off).\n";
  return `# Welcome to Marquee. Press the button to run
# this query. Ctrl-Space shows what else to ask;
# the book on the left explains every field.
#
${token}
query {
  user(id: ${exampleUserId(services)}) {
    topRated
    recommendations(similar: true) {
      title
      score
      similarity
    }
  }
}
`;
}
