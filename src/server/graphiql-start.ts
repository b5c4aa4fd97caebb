/** What this server adds to GraphiQL's own script and styles. */

/** Before GraphiQL's script. The page says where the workers are, and what GraphiQL starts with. */
export const prologue = `
const page = JSON.parse(document.getElementById("page").textContent);
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => new URL(page.workers[label], document.baseURI).href,
};
`;

/** After GraphiQL's script. */
export const start = `
YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), page.options);
`;
