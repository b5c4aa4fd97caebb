/** Dark or light: as the system is set, until the visitor chooses. */
import { useEffect } from "react";
import { createStored, fromJson } from "./stored.js";

export type Theme = "dark" | "light";

const storedTheme = createStored<Theme | null>(localStorage, "theme", (text) => {
  const value = fromJson(text);
  return value === "dark" || value === "light" ? value : null;
});

/** The theme that is shown, and a function that shows the other one. */
export function useTheme(): [Theme, () => void] {
  const chosen = storedTheme.use();
  useEffect(() => {
    if (chosen === null) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  }, [chosen]);
  const shown = chosen ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  return [shown, () => storedTheme.write(shown === "dark" ? "light" : "dark")];
}
