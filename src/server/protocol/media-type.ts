/** Names of media types are the same in whatever case; what reads them further on knows lower case alone. */
import type { Plugin } from "graphql-yoga";

/** To be the first plugin: requests whose type is written otherwise go on as a copy with lower case. */
export function useLowerCaseTypes(): Plugin {
  return {
    onRequest({ request, fetchAPI, setRequest }) {
      const given = request.headers.get("content-type");
      // What follows the name, such as a boundary, is as it is.
      const [name] = given?.split(";", 1) ?? [];
      if (given === null || name === undefined || name === name.toLowerCase()) return;
      const headers = new fetchAPI.Headers(request.headers);
      headers.set("content-type", name.toLowerCase() + given.slice(name.length));
      const { url, method, body, signal } = request;
      setRequest(new fetchAPI.Request(url, { method, headers, body, signal, duplex: "half" } as RequestInit));
    },
  };
}

/** What Accept says of multipart/mixed beside its name, such as `deferSpec`; undefined where it does not. */
export function multipartParameter({ headers }: Request, wanted: string): string | undefined {
  for (const range of (headers.get("accept") ?? "").split(",")) {
    const [type, ...parameters] = range.split(";").map((word) => word.trim());
    if (type.toLowerCase() !== "multipart/mixed") continue;
    for (const parameter of parameters) {
      const [name, value = ""] = parameter.split("=", 2);
      if (name.trim().toLowerCase() === wanted.toLowerCase()) return value.trim().replace(/^"(.*)"$/, "$1");
    }
  }
}
