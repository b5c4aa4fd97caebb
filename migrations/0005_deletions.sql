CREATE TABLE `deletions` (
	`user_id` integer NOT NULL,
	`movie_id` integer NOT NULL,
	`deleted_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `movie_id`)
);
