/** Scripts and styles added to GraphiQL: they start it and make its tabs clickable. */

/** Runs before GraphiQL's script: reads worker URLs and options from the page. */
export const prologue = `
const page = JSON.parse(document.getElementById("page").textContent);
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => new URL(page.workers[label], document.baseURI).href,
};
`;

/**
 * Runs after GraphiQL's script. GraphiQL's drag library moves a tab to the end of the list on pointerdown, so that the
 * click misses it. Stopping the event keeps tabs clickable and in order.
 */
export const start = `
document.addEventListener(
  "pointerdown",
  (event) => {
    if (event.target instanceof Element && event.target.closest(".graphiql-tab")) event.stopPropagation();
  },
  { capture: true },
);
YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), page.options);
`;

/** Keeps tabs in place while focused, and lets touch scroll the list. */
export const styles = `
.graphiql-container .graphiql-tab { transform: none !important; touch-action: auto !important; }
`;
