/** Whom the page is about: a user of the server, or the visitor as a guest who is in no database. */

export type Subject = { kind: "user"; userId: number } | { kind: "guest" };

/** In the address, the guest's name where a user's number would stand. */
export const guestName = "me";

/** @returns undefined for a name that is neither a number nor the guest's */
export function toSubject(name: string | undefined): Subject | undefined {
  if (name === guestName) return { kind: "guest" };
  return name !== undefined && /^[1-9]\d{0,9}$/.test(name) ? { kind: "user", userId: Number(name) } : undefined;
}

/** By the lowest age of each group. */
export const ages: Record<number, string> = {
  1: "under 18",
  18: "18 to 24",
  25: "25 to 34",
  35: "35 to 44",
  45: "45 to 49",
  50: "50 to 55",
  56: "56 or older",
};

interface Person {
  gender: string | null;
  ageGroup: number | null;
  occupation: string | null;
  ratings: { totalCount: number };
}

/** Such as `woman, 25 to 34, artist · 165 ratings`. */
export function toFacts({ gender, ageGroup, occupation, ratings }: Person): string {
  const who = [
    gender === null ? undefined : gender === "F" ? "woman" : "man",
    ageGroup === null ? undefined : ages[ageGroup],
    occupation ?? undefined,
  ].filter((fact) => fact !== undefined);
  const count = ratings.totalCount === 1 ? "1 rating" : `${ratings.totalCount} ratings`;
  return [who.join(", "), count].filter((part) => part !== "").join(" · ");
}
