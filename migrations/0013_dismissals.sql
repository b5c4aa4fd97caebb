CREATE TABLE `dismissals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`movie_id` integer NOT NULL,
	`dismissed_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dismissals_user_movie` ON `dismissals` (`user_id`,`movie_id`);--> statement-breakpoint
-- What follows from a user's ratings follows from what they dismissed too: lists that were kept or prepared are then stale.
CREATE TRIGGER `dismissals_revision_insert` AFTER INSERT ON `dismissals` BEGIN
  UPDATE `users` SET revision = revision + 1 WHERE id = new.user_id;
END;--> statement-breakpoint
CREATE TRIGGER `dismissals_revision_delete` AFTER DELETE ON `dismissals` BEGIN
  UPDATE `users` SET revision = revision + 1 WHERE id = old.user_id;
END;
