/** MovieLens 1M's codes for the age groups and occupations of users. */

/** Lower bounds of MovieLens 1M's age groups; 1 stands for "under 18". */
export const ageGroups = [1, 18, 25, 35, 45, 50, 56] as const;
export type AgeGroup = (typeof ageGroups)[number];

/** Labels of the occupation codes 0 to 20, from the README of MovieLens 1M. */
export const occupations: readonly string[] = [
  "other or not specified",
  "academic/educator",
  "artist",
  "clerical/admin",
  "college/grad student",
  "customer service",
  "doctor/health care",
  "executive/managerial",
  "farmer",
  "homemaker",
  "K-12 student",
  "lawyer",
  "programmer",
  "retired",
  "sales/marketing",
  "scientist",
  "self-employed",
  "technician/engineer",
  "tradesman/craftsman",
  "unemployed",
  "writer",
];
