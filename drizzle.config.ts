import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: [
    "./src/store/sqlite/tables.ts",
    "./src/store/sqlite/poster-tables.ts",
    "./src/store/sqlite/personal-tables.ts",
  ],
  out: "./migrations",
  casing: "snake_case",
});
