/** Normalises media types to lower case, which later plugins expect, and reads parameters of Accept. */
import type { Plugin } from "graphql-yoga";

/** Must be the first plugin: replaces a request whose content type has upper-case letters with a lower-case copy. */
export function useLowerCaseTypes(): Plugin {
  return {
    onRequest({ request, fetchAPI, setRequest }) {
      const given = request.headers.get("content-type");
      // Parameters, such as the boundary, keep their case.
      const [name] = given?.split(";", 1) ?? [];
      if (given === null || name === undefined || name === name.toLowerCase()) return;
      const headers = new fetchAPI.Headers(request.headers);
      headers.set("content-type", name.toLowerCase() + given.slice(name.length));
      const { url, method, body, signal } = request;
      setRequest(new fetchAPI.Request(url, { method, headers, body, signal, duplex: "half" } as RequestInit));
    },
  };
}

/** A parameter of multipart/mixed in Accept, such as `deferSpec`; undefined if absent. */
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
