/** What this server adds to GraphiQL's own script and styles: how it starts in the page, and tabs that can be clicked. */

/** Before GraphiQL's script. The page says where the workers are, and what GraphiQL starts with. */
export const prologue = `
const page = JSON.parse(document.getElementById("page").textContent);
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => new URL(page.workers[label], document.baseURI).href,
};
`;

/**
 * After GraphiQL's script. A tab can be dragged there, for which the library that drags it moves it from under the pointer to the end of
 * the list as soon as the button is down: the click goes to no tab. So it does not hear of the button, and tabs keep their order.
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

/** A tab stays where it is, also while it has the focus, and a finger on it scrolls the list. */
export const styles = `
.graphiql-container .graphiql-tab { transform: none !important; touch-action: auto !important; }
`;
