CREATE TABLE `dataset` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`synthetic` integer NOT NULL,
	`imported_at` integer NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `movies` (
	`id` integer PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`title` text NOT NULL,
	`display_title` text NOT NULL,
	`year` integer,
	`genres` text NOT NULL,
	`imdb_id` text,
	`tmdb_id` integer,
	`link_source` text,
	`link_confidence` real,
	`link_evidence` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `movies_imdb_id` ON `movies` (`imdb_id`);--> statement-breakpoint
CREATE INDEX `movies_display_title` ON `movies` (`display_title`);--> statement-breakpoint
CREATE TABLE `poster_embeddings` (
	`sha256` text NOT NULL,
	`encoder_id` text NOT NULL,
	`preprocessing` text NOT NULL,
	`vector` blob NOT NULL,
	`dimension` integer NOT NULL,
	PRIMARY KEY(`sha256`, `encoder_id`, `preprocessing`)
);
--> statement-breakpoint
CREATE TABLE `posters` (
	`movie_id` integer PRIMARY KEY NOT NULL,
	`sha256` text NOT NULL,
	`format` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`bytes` integer NOT NULL,
	`source` text NOT NULL,
	`added_at` integer NOT NULL,
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `posters_sha256` ON `posters` (`sha256`);--> statement-breakpoint
CREATE TABLE `ratings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`movie_id` integer NOT NULL,
	`rating` real NOT NULL,
	`rated_at` integer,
	`edited` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "ratings_half_stars" CHECK("ratings"."rating" BETWEEN 0.5 AND 5 AND "ratings"."rating" * 2 = CAST("ratings"."rating" * 2 AS INTEGER))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `ratings_user_movie` ON `ratings` (`user_id`,`movie_id`);--> statement-breakpoint
CREATE INDEX `ratings_movie` ON `ratings` (`movie_id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash` ON `tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY NOT NULL,
	`gender` text,
	`age_group` integer,
	`occupation` text,
	`zip_code` text
);
