/** Takes a token, which the tab keeps until it is closed. */
import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, useState } from "react";
import { storedToken } from "../state/token.js";

/** @param scope of the token that is in use; null without one */
export function SignIn({ scope }: { scope: string | null }) {
  const token = storedToken.use();
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
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger className="quiet">Sign in</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="box">
          <Dialog.Title>Sign in with a token</Dialog.Title>
          <Dialog.Description>
            The server printed one when it first started; <code>npx marquee token create</code> makes more. It stays in
            this tab.
          </Dialog.Description>
          <form onSubmit={submit}>
            <label>
              Token
              <input name="token" type="password" autoComplete="off" spellCheck={false} required />
            </label>
            <div className="buttons">
              <Dialog.Close className="quiet">Cancel</Dialog.Close>
              <button type="submit" className="main">
                Sign in
              </button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
