ALTER TABLE `users` ADD `revision` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
-- Imports drop the triggers of ratings meanwhile, and count by themselves.
CREATE TRIGGER `ratings_revision_insert` AFTER INSERT ON `ratings` BEGIN
  UPDATE `users` SET revision = revision + 1 WHERE id = new.user_id;
END;--> statement-breakpoint
CREATE TRIGGER `ratings_revision_update` AFTER UPDATE OF rating, rated_at ON `ratings` BEGIN
  UPDATE `users` SET revision = revision + 1 WHERE id = new.user_id;
END;--> statement-breakpoint
CREATE TRIGGER `ratings_revision_delete` AFTER DELETE ON `ratings` BEGIN
  UPDATE `users` SET revision = revision + 1 WHERE id = old.user_id;
END;--> statement-breakpoint
CREATE TRIGGER `users_revision` AFTER UPDATE OF gender, age_group, occupation, zip_code ON `users` BEGIN
  UPDATE `users` SET revision = revision + 1 WHERE id = new.id;
END;
