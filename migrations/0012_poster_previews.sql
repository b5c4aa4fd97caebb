CREATE TABLE `poster_previews` (
	`sha256` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`palette` text NOT NULL,
	`blurhash` text NOT NULL
);
