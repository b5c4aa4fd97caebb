CREATE TABLE `link_reference` (
	`movie_id` integer PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`year` integer,
	`imdb_id` text,
	`tmdb_id` integer
);
--> statement-breakpoint
CREATE TABLE `poster_fetches` (
	`movie_id` integer NOT NULL,
	`provider` text NOT NULL,
	`outcome` text NOT NULL,
	`detail` text,
	`etag` text,
	`asked_at` integer NOT NULL,
	`ask_again_at` integer NOT NULL,
	PRIMARY KEY(`movie_id`, `provider`),
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);
