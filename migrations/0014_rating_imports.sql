CREATE TABLE `rating_import_changes` (
	`import_id` integer NOT NULL,
	`movie_id` integer NOT NULL,
	`rating` real NOT NULL,
	`rated_at` integer NOT NULL,
	`rating_before` real,
	`rated_at_before` integer,
	`edited_before` integer,
	PRIMARY KEY(`import_id`, `movie_id`),
	FOREIGN KEY (`import_id`) REFERENCES `rating_imports`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `rating_imports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`service` text NOT NULL,
	`imported_at` integer NOT NULL,
	`undone_at` integer,
	`added` integer NOT NULL,
	`changed` integer NOT NULL,
	`kept` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `rating_imports_user` ON `rating_imports` (`user_id`);