/** No test may depend on settings of whoever runs it. */
for (const name of [
  "DATA_DIR",
  "HOST",
  "PORT",
  "LOG_LEVEL",
  "AUTH",
  "MAX_BODY_BYTES",
  "REQUEST_TIMEOUT_MS",
  "MOVIELENS_URL",
  "ENCODERS_URL",
  "POSTER_PROVIDERS",
  "POSTER_FOLDER",
  "TMDB_API_KEY",
  "TMDB_URL",
]) {
  delete process.env[name];
}
