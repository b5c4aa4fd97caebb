/** The viewer's token, for this tab only. A link may carry it after `#token=`, which browsers send to nobody. */
import { createStored, fromJson } from "./stored.js";

export const storedToken = createStored<string | null>(sessionStorage, "token", (text) => {
  const value = fromJson(text);
  return typeof value === "string" ? value : null;
});

/** Takes the token out of the address. Call once, before anything is asked of the server. */
export function takeTokenFromAddress(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  storedToken.write(token);
  history.replaceState(null, "", location.pathname + location.search);
}
