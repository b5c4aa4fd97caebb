CREATE TABLE `movie_names` (
	`movie_id` integer PRIMARY KEY NOT NULL,
	`folded` text NOT NULL,
	`sort_key` text NOT NULL,
	`genres` text NOT NULL,
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `movie_names_sort` ON `movie_names` (`sort_key`,`movie_id`);--> statement-breakpoint
CREATE INDEX `movie_names_folded` ON `movie_names` (`folded`);