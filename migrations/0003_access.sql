CREATE TABLE `documents` (
	`hash` text PRIMARY KEY NOT NULL,
	`text` text NOT NULL,
	`source` text NOT NULL,
	`added_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `movie_statistics` (
	`movie_id` integer PRIMARY KEY NOT NULL,
	`rating_count` integer DEFAULT 0 NOT NULL,
	`rating_sum` real DEFAULT 0 NOT NULL,
	`last_rated_at` integer,
	`half_stars1` integer DEFAULT 0 NOT NULL,
	`half_stars2` integer DEFAULT 0 NOT NULL,
	`half_stars3` integer DEFAULT 0 NOT NULL,
	`half_stars4` integer DEFAULT 0 NOT NULL,
	`half_stars5` integer DEFAULT 0 NOT NULL,
	`half_stars6` integer DEFAULT 0 NOT NULL,
	`half_stars7` integer DEFAULT 0 NOT NULL,
	`half_stars8` integer DEFAULT 0 NOT NULL,
	`half_stars9` integer DEFAULT 0 NOT NULL,
	`half_stars10` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `movie_statistics_count` ON `movie_statistics` (`rating_count`,`movie_id`);--> statement-breakpoint
DROP INDEX `ratings_movie`;--> statement-breakpoint
CREATE INDEX `ratings_movie_time` ON `ratings` (`movie_id`,`rated_at`);--> statement-breakpoint
CREATE INDEX `ratings_time` ON `ratings` (`rated_at`);--> statement-breakpoint
ALTER TABLE `movies` ADD `edited` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `tokens` ADD `scope` text DEFAULT 'admin' NOT NULL;--> statement-breakpoint
ALTER TABLE `tokens` ADD `user_id` integer REFERENCES users(id) ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE `tokens` ADD `last_used_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `source` text DEFAULT 'import' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `edited` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `external_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `users_external_id` ON `users` (`external_id`);