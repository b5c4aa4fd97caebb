/** What GraphiQL shows when it opens. */

import { exampleUserId } from "../resolvers/example-user.js";
import type { Services } from "../resolvers/services.js";

/** The query that README shows, for a user whom the loaded data set has. */
export function exampleQuery(services: Services): string {
  return `query { user(id: ${exampleUserId(services)}) { topRated recommendations(similar: true) { title score similarity } } }`;
}

export function defaultQuery(services: Services, auth: "on" | "off"): string {
  const token =
    auth === "on"
      ? `# Queries are open to all. Mutations need the token that Marquee printed at its first start:
# open "Headers" below and replace <token> in { "Authorization": "Bearer <token>" }.
`
      : "# Mutations need no token here (AUTH=off).\n";
  return `# Welcome to Marquee. Run this query with the button above, or press Ctrl-Enter.
# Ctrl-Space shows what else you can ask; the book on the left explains every field.
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
