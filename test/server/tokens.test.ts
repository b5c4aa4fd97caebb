/** Tokens of this server and of an identity provider: what they allow, how they are listed, and when they end. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { describe, expect, onTestFinished, test } from "vitest";
import { start } from "../support/fixture.js";

describe("a token", () => {
  test("is made, listed with its last use, and revoked", async () => {
    const { edit, ask, data, token } = await start();
    const { createToken } = await edit(
      'mutation { createToken(input: { name: "app", scope: USER, userId: 42 }) { ... on CreateTokenPayload { secret token { tokenId name scope user { userId } lastUsedAt } } } }',
    );
    expect(createToken.secret).toMatch(/^mq_[\w-]{43}$/);
    expect(createToken.token).toEqual({
      tokenId: 2,
      name: "app",
      scope: "USER",
      user: { userId: 42 },
      lastUsedAt: null,
    });
    expect(await data("{ viewer { userId } }", { token: createToken.secret })).toEqual({ viewer: { userId: 42 } });
    const { tokens } = await data("{ tokens { name scope lastUsedAt } }", { token });
    expect(tokens).toEqual([
      { name: "of the test", scope: "ADMIN", lastUsedAt: expect.any(String) },
      { name: "app", scope: "USER", lastUsedAt: expect.any(String) },
    ]);
    expect(Date.now() - Date.parse(tokens[1].lastUsedAt)).toBeLessThan(60_000);
    const { revokeToken } = await edit(
      "mutation { revokeToken(input: { tokenId: 2 }) { ... on RevokeTokenPayload { token { name } } } }",
    );
    expect(revokeToken.token.name).toBe("app");
    expect(await ask("{ viewer { userId } }", { token: createToken.secret })).toMatchObject({
      status: 401,
      errors: [{ code: "UNAUTHENTICATED" }],
    });
  });

  test.each([
    ['name: "a", scope: USER', "userId", "expected a user for a token of the scope user, received none"],
    ['name: "", scope: EDITOR', "name", 'expected 1 to 100 characters, received ""'],
  ])("with %s is refused, with the field's path", async (input, field, message) => {
    const { edit } = await start();
    const { createToken } = await edit(
      `mutation { createToken(input: { ${input} }) { ... on InvalidInputError { code issues { path message } } } }`,
    );
    expect(createToken).toEqual({ code: "INVALID_INPUT", issues: [{ path: ["input", field], message }] });
  });

  test("of a user who is not there is refused by name, and so is one that was never made", async () => {
    const { edit } = await start();
    const query = (call: string) => `mutation { ${call} { __typename ... on Error { message } } }`;
    expect(await edit(query('createToken(input: { name: "a", scope: USER, userId: 7 })'))).toEqual({
      createToken: { __typename: "UserNotFoundError", message: "there is no user 7" },
    });
    expect(await edit(query("revokeToken(input: { tokenId: 7 })"))).toEqual({
      revokeToken: { __typename: "TokenNotFoundError", message: "there is no token 7" },
    });
  });
});

/** An identity provider with one key of each kind, and what signs with them. */
async function provider({ withKid = true } = {}) {
  const rsa = await generateKeyPair("RS256");
  const ec = await generateKeyPair("ES256");
  const stranger = await generateKeyPair("RS256");
  const keys = [
    ...(withKid ? [] : [{ ...(await exportJWK(stranger.publicKey)), alg: "RS256" }]),
    { ...(await exportJWK(rsa.publicKey)), ...(withKid ? { kid: "rsa" } : {}), alg: "RS256" },
    { ...(await exportJWK(ec.publicKey)), kid: "ec", alg: "ES256" },
  ];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  const issuer = "https://login.example/";
  const audience = "marquee";
  const sign = (
    claims: JWTPayload,
    { key = rsa.privateKey, kid = "rsa", alg = "RS256", iss = issuer, aud = audience, exp = "5m" } = {},
  ) =>
    new SignJWT(claims)
      .setProtectedHeader(withKid ? { alg, kid } : { alg })
      .setIssuer(iss)
      .setAudience(aud)
      .setSubject("somebody")
      .setExpirationTime(exp)
      .sign(key);
  const jwt = {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    issuer,
    audience,
    userClaim: "marquee_user_id",
    scopeClaims: ["scope", "scp", "permissions"],
  };
  return { sign, jwt, rsa, ec, stranger, asked, server };
}

describe("a JWT", () => {
  const admin = { scope: "openid marquee:admin" };

  test("lets its bearer do what its claims say, signed by RS256 or ES256, the keys fetched once", async () => {
    const { sign, jwt, ec, asked } = await provider();
    const { data, ask } = await start({ jwt });
    const user = await sign({ scope: "openid marquee:user", marquee_user_id: 42 });
    expect(await data("{ viewer { userId } }", { token: user })).toEqual({ viewer: { userId: 42 } });
    const es = await sign(admin, { key: ec.privateKey, kid: "ec", alg: "ES256" });
    expect((await ask("{ tokens { name } }", { token: es })).errors).toBeUndefined();
    expect((await ask("{ tokens { name } }", { token: user })).errors).toMatchObject([{ code: "FORBIDDEN" }]);
    expect(asked).toEqual(["/jwks"]);
  });

  test("that says nothing of Marquee reads what is public", async () => {
    const { sign, jwt } = await provider();
    const { ask } = await start({ jwt });
    const token = await sign({ scope: "openid" });
    expect(await ask("{ movie(id: 1) { title } viewer { userId } }", { token })).toMatchObject({
      data: { movie: { title: "Toy Story" }, viewer: null },
    });
    expect((await ask("{ tokens { name } }", { token })).errors).toMatchObject([
      {
        code: "FORBIDDEN",
        message:
          "expected a token that allows Query.tokens, received a token without a Marquee scope: marquee:user, marquee:editor or marquee:admin",
      },
    ]);
  });

  test("need not name its key where the provider has several", async () => {
    const { sign, jwt } = await provider({ withKid: false });
    const { ask } = await start({ jwt });
    expect((await ask("{ tokens { name } }", { token: await sign(admin) })).errors).toBeUndefined();
    const { privateKey } = await generateKeyPair("RS256");
    expect((await ask("{ __typename }", { token: await sign(admin, { key: privateKey }) })).status).toBe(401);
  });

  test.each([
    { scp: "openid marquee:admin" },
    { scp: ["marquee:admin"] },
    { permissions: ["read", "marquee:admin"] },
    { scope: ["marquee:admin"] },
  ])("may say what it allows as %j", async (claims) => {
    const { sign, jwt } = await provider();
    const { ask } = await start({ jwt });
    expect((await ask("{ tokens { name } }", { token: await sign(claims) })).errors).toBeUndefined();
    const elsewhere = await start({ jwt: { ...jwt, scopeClaims: ["roles"] } });
    expect((await elsewhere.ask("{ tokens { name } }", { token: await sign(claims) })).errors).toBeDefined();
  });

  test("that is too old is told from one that is wrong, also in the header; some seconds are let pass", async () => {
    const { sign, jwt } = await provider();
    const { ask } = await start({ jwt });
    const expired = await ask("{ __typename }", { token: await sign(admin, { exp: "-1m" }) });
    const message = "the token has expired: request a new one";
    expect(expired).toMatchObject({ status: 401, errors: [{ code: "UNAUTHENTICATED", message }] });
    expect(expired.headers.get("www-authenticate")).toBe(
      `Bearer error="invalid_token", error_description="${message}"`,
    );
    const wrong = await ask("{ __typename }", { token: "a.b.c" });
    expect(wrong.headers.get("www-authenticate")).toMatch(
      /^Bearer error="invalid_token", error_description="the token was refused: it is not a valid JWT"$/,
    );
    expect(wrong.errors?.[0].message).not.toContain("expired");
    expect((await ask("{ tokens { name } }", { token: await sign(admin, { exp: "-5s" }) })).errors).toBeUndefined();
  });

  test("is refused of another issuer or audience, too old, of another's key, or unsigned", async () => {
    const { sign, jwt, stranger, rsa } = await provider();
    const { ask } = await start({ jwt });
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ ...admin, iss: jwt.issuer, aud: jwt.audience, exp: 9e9 })).toString("base64url")}.`;
    const good = await sign(admin);
    const wrong = [
      await sign(admin, { iss: "https://elsewhere.example/" }),
      await sign(admin, { aud: "another service" }),
      await sign(admin, { exp: "-1m" }),
      await sign(admin, { key: stranger.privateKey }),
      await new SignJWT(admin)
        .setProtectedHeader({ alg: "HS256" })
        .setIssuer(jwt.issuer)
        .setAudience(jwt.audience)
        .setExpirationTime("5m")
        .sign(Buffer.from("a shared secret of thirty-two bytes")),
      await new SignJWT(admin)
        .setProtectedHeader({ alg: "RS256", kid: "rsa" })
        .setIssuer(jwt.issuer)
        .setAudience(jwt.audience)
        .sign(rsa.privateKey),
      unsigned,
      `${good.slice(0, -4)}AAAA`,
      "a.b.c",
    ];
    const messages: (string | undefined)[] = [];
    for (const token of wrong) {
      const { status, errors } = await ask("{ movie(id: 1) { title } }", { token });
      expect([status, errors?.[0].code]).toEqual([401, "UNAUTHENTICATED"]);
      messages.push(errors?.[0].message);
      expect(JSON.stringify(errors)).not.toContain("https://");
    }
    expect(messages).toEqual([
      "the token was refused: its claim iss has an unexpected value",
      "the token was refused: its claim aud has an unexpected value",
      "the token has expired: request a new one",
      "the token was refused: its signature is invalid",
      "the token was refused: its algorithm is not RS256 or ES256",
      "the token was refused: its claim exp is missing",
      "the token was refused: its algorithm is not RS256 or ES256",
      "the token was refused: its signature is invalid",
      "the token was refused: it is not a valid JWT",
    ]);
  });

  test("is answered with 503 while the provider cannot be reached", async () => {
    const { sign, jwt, server } = await provider();
    await new Promise((resolve) => server.close(resolve));
    const { ask } = await start({ jwt });
    const answer = await ask("{ movie(id: 1) { title } }", { token: await sign(admin) });
    expect(answer).toMatchObject({ status: 503, errors: [{ code: "KEYS_UNREACHABLE" }] });
    onTestFinished(() => {
      server.listen(0);
    });
  });

  test("is none where no provider is set up", async () => {
    const { sign } = await provider();
    const { ask } = await start();
    expect((await ask("{ movie(id: 1) { title } }", { token: await sign(admin) })).status).toBe(401);
  });
});
