CREATE TABLE `prepared_users` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`model` text NOT NULL,
	`revision` integer NOT NULL,
	`embedding` blob NOT NULL,
	`best` blob,
	`top_ratings` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
