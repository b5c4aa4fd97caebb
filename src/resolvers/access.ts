/** Who may change data. */
import { countTokens, createToken, isToken } from "../db/tokens.js";
import { write } from "../db/write.js";
import type { Services } from "./services.js";

/** Whether an Authorization header carries a token of this server. */
export function carriesToken({ db }: Services, header: string | null): boolean {
  const token = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
  return token !== undefined && isToken(db, token);
}

/** Makes a token. @returns it, for the only time */
export function makeToken({ db }: Services, name: string): Promise<string> {
  return write(db, () => createToken(db, name, Math.floor(Date.now() / 1000)));
}

/** Makes the first token where there is none yet. @returns it, or undefined where there are tokens already */
export function firstToken({ db }: Services): Promise<string | undefined> {
  return write(db, () => (countTokens(db) > 0 ? undefined : createToken(db, "first", Math.floor(Date.now() / 1000))));
}
