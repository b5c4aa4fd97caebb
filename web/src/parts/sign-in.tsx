/** Takes a token, which the tab keeps until it is closed. */
import { type FormEvent, useRef, useState } from "react";
import { storedToken } from "../state/token.js";
import { Later, soon } from "./later.js";

const Box = soon(() => import("./box.js"));

/** @param scope of the token that is in use; null without one */
export function SignIn({ scope }: { scope: string | null }) {
  const token = storedToken.use();
  const opener = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  if (token !== null) {
    return (
      <button type="button" className="quiet" onClick={() => storedToken.write(null)}>
        Sign out{scope === null ? "" : ` (${scope.toLowerCase()})`}
      </button>
    );
  }
  // A server without tokens lets everybody do everything.
  if (scope !== null) return null;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("token") ?? "").trim();
    if (text === "") return;
    storedToken.write(text.replace(/^Bearer\s+/i, ""));
    setOpen(false);
  };
  return (
    <>
      <button
        type="button"
        className="quiet"
        ref={opener}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      >
        Sign in
      </button>
      {isOpen && (
        <Later onClose={() => setOpen(false)}>
          <Box
            title="Sign in with a token"
            description={
              <>
                The server printed one when it first started; <code>npx marquee token create</code> makes more. It stays
                in this tab.
              </>
            }
            action={{ label: "Sign in" }}
            onSubmit={submit}
            onClose={() => setOpen(false)}
            opener={opener}
          >
            <label>
              Token
              <input name="token" type="password" autoComplete="off" spellCheck={false} required />
            </label>
          </Box>
        </Later>
      )}
    </>
  );
}
