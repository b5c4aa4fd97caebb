-- Sums for each audience: src/db/statistics.ts says what they are.
DROP TRIGGER `ratings_statistics_insert`;--> statement-breakpoint
DROP TRIGGER `ratings_statistics_update`;--> statement-breakpoint
DROP TRIGGER `ratings_statistics_delete`;--> statement-breakpoint
DROP TABLE `movie_statistics`;--> statement-breakpoint
CREATE TABLE `movie_statistics` (
	`movie_id` integer NOT NULL,
	`audience` text NOT NULL,
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
	PRIMARY KEY(`movie_id`, `audience`),
	FOREIGN KEY (`movie_id`) REFERENCES `movies`(`id`) ON UPDATE no action ON DELETE cascade
);--> statement-breakpoint
CREATE INDEX `movie_statistics_count` ON `movie_statistics` (`audience`,`rating_count`,`movie_id`);--> statement-breakpoint
-- People whose ratings are private are counted anew when ten of their ratings have come or gone, and only where there are ten.
CREATE TRIGGER `movie_statistics_by_tens` AFTER UPDATE OF rating_count ON `movie_statistics` WHEN new.audience = 'all' BEGIN
  UPDATE `movie_statistics` SET (rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10) =
    (SELECT rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10 FROM `movie_statistics` AS source WHERE source.movie_id = new.movie_id AND source.audience =
      CASE WHEN new.rating_count - (SELECT rating_count FROM `movie_statistics` WHERE movie_id = new.movie_id AND audience = 'imported') >= 10
        THEN 'all' ELSE 'imported' END)
    WHERE movie_id = new.movie_id AND audience = 'published' AND abs(new.rating_count - rating_count) >= 10;
  DELETE FROM `movie_statistics`
    WHERE movie_id = new.movie_id AND audience = 'private' AND new.rating_count < 10 AND abs(new.rating_count - rating_count) >= 10;
  UPDATE `movie_statistics` SET (rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10) =
    (SELECT rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10 FROM `movie_statistics` AS source WHERE source.movie_id = new.movie_id AND source.audience = 'all')
    WHERE movie_id = new.movie_id AND audience = 'private' AND abs(new.rating_count - rating_count) >= 10;
END;--> statement-breakpoint
CREATE TRIGGER `ratings_statistics_insert` AFTER INSERT ON `ratings` BEGIN
  INSERT INTO `movie_statistics` (movie_id, audience) VALUES
    (new.movie_id, 'all'), (new.movie_id, 'imported'), (new.movie_id, 'private'), (new.movie_id, 'published') ON CONFLICT DO NOTHING;
  UPDATE `movie_statistics` SET last_rated_at = max(coalesce(last_rated_at, new.rated_at), coalesce(new.rated_at, last_rated_at)), rating_count = rating_count + 1, rating_sum = rating_sum + new.rating,
    half_stars1 = half_stars1 + (new.rating = 0.5), half_stars2 = half_stars2 + (new.rating = 1), half_stars3 = half_stars3 + (new.rating = 1.5), half_stars4 = half_stars4 + (new.rating = 2), half_stars5 = half_stars5 + (new.rating = 2.5), half_stars6 = half_stars6 + (new.rating = 3), half_stars7 = half_stars7 + (new.rating = 3.5), half_stars8 = half_stars8 + (new.rating = 4), half_stars9 = half_stars9 + (new.rating = 4.5), half_stars10 = half_stars10 + (new.rating = 5)
    WHERE movie_id = new.movie_id AND audience IN ('imported', 'published') AND (SELECT source FROM `users` WHERE id = new.user_id) = 'import';
  UPDATE `movie_statistics` SET last_rated_at = max(coalesce(last_rated_at, new.rated_at), coalesce(new.rated_at, last_rated_at)), rating_count = rating_count + 1, rating_sum = rating_sum + new.rating,
    half_stars1 = half_stars1 + (new.rating = 0.5), half_stars2 = half_stars2 + (new.rating = 1), half_stars3 = half_stars3 + (new.rating = 1.5), half_stars4 = half_stars4 + (new.rating = 2), half_stars5 = half_stars5 + (new.rating = 2.5), half_stars6 = half_stars6 + (new.rating = 3), half_stars7 = half_stars7 + (new.rating = 3.5), half_stars8 = half_stars8 + (new.rating = 4), half_stars9 = half_stars9 + (new.rating = 4.5), half_stars10 = half_stars10 + (new.rating = 5)
    WHERE movie_id = new.movie_id AND audience = 'all';
END;--> statement-breakpoint
-- Not the count: how many there are has not changed.
CREATE TRIGGER `ratings_statistics_update` AFTER UPDATE OF rating, rated_at ON `ratings` BEGIN
  UPDATE `movie_statistics` SET last_rated_at = (SELECT r.rated_at FROM `ratings` AS r JOIN `users` ON users.id = r.user_id WHERE r.movie_id = new.movie_id AND users.source = 'import' ORDER BY r.rated_at DESC LIMIT 1), rating_sum = rating_sum - old.rating + new.rating,
    half_stars1 = half_stars1 - (old.rating = 0.5) + (new.rating = 0.5), half_stars2 = half_stars2 - (old.rating = 1) + (new.rating = 1), half_stars3 = half_stars3 - (old.rating = 1.5) + (new.rating = 1.5), half_stars4 = half_stars4 - (old.rating = 2) + (new.rating = 2), half_stars5 = half_stars5 - (old.rating = 2.5) + (new.rating = 2.5), half_stars6 = half_stars6 - (old.rating = 3) + (new.rating = 3), half_stars7 = half_stars7 - (old.rating = 3.5) + (new.rating = 3.5), half_stars8 = half_stars8 - (old.rating = 4) + (new.rating = 4), half_stars9 = half_stars9 - (old.rating = 4.5) + (new.rating = 4.5), half_stars10 = half_stars10 - (old.rating = 5) + (new.rating = 5)
    WHERE movie_id = new.movie_id AND audience IN ('imported', 'published') AND (SELECT source FROM `users` WHERE id = new.user_id) = 'import';
  UPDATE `movie_statistics` SET last_rated_at = (SELECT max(rated_at) FROM `ratings` WHERE movie_id = new.movie_id), rating_sum = rating_sum - old.rating + new.rating,
    half_stars1 = half_stars1 - (old.rating = 0.5) + (new.rating = 0.5), half_stars2 = half_stars2 - (old.rating = 1) + (new.rating = 1), half_stars3 = half_stars3 - (old.rating = 1.5) + (new.rating = 1.5), half_stars4 = half_stars4 - (old.rating = 2) + (new.rating = 2), half_stars5 = half_stars5 - (old.rating = 2.5) + (new.rating = 2.5), half_stars6 = half_stars6 - (old.rating = 3) + (new.rating = 3), half_stars7 = half_stars7 - (old.rating = 3.5) + (new.rating = 3.5), half_stars8 = half_stars8 - (old.rating = 4) + (new.rating = 4), half_stars9 = half_stars9 - (old.rating = 4.5) + (new.rating = 4.5), half_stars10 = half_stars10 - (old.rating = 5) + (new.rating = 5)
    WHERE movie_id = new.movie_id AND audience = 'all';
END;--> statement-breakpoint
CREATE TRIGGER `ratings_identity` BEFORE UPDATE OF user_id, movie_id ON `ratings`
  WHEN new.user_id <> old.user_id OR new.movie_id <> old.movie_id BEGIN
  SELECT RAISE(ABORT, 'a rating keeps its user and its movie: delete it and insert another');
END;--> statement-breakpoint
CREATE TRIGGER `ratings_statistics_delete` AFTER DELETE ON `ratings` BEGIN
  UPDATE `movie_statistics` SET last_rated_at = (SELECT r.rated_at FROM `ratings` AS r JOIN `users` ON users.id = r.user_id WHERE r.movie_id = old.movie_id AND users.source = 'import' ORDER BY r.rated_at DESC LIMIT 1), rating_count = rating_count - 1, rating_sum = rating_sum - old.rating,
    half_stars1 = half_stars1 - (old.rating = 0.5), half_stars2 = half_stars2 - (old.rating = 1), half_stars3 = half_stars3 - (old.rating = 1.5), half_stars4 = half_stars4 - (old.rating = 2), half_stars5 = half_stars5 - (old.rating = 2.5), half_stars6 = half_stars6 - (old.rating = 3), half_stars7 = half_stars7 - (old.rating = 3.5), half_stars8 = half_stars8 - (old.rating = 4), half_stars9 = half_stars9 - (old.rating = 4.5), half_stars10 = half_stars10 - (old.rating = 5)
    WHERE movie_id = old.movie_id AND audience IN ('imported', 'published') AND (SELECT source FROM `users` WHERE id = old.user_id) = 'import';
  UPDATE `movie_statistics` SET last_rated_at = (SELECT max(rated_at) FROM `ratings` WHERE movie_id = old.movie_id), rating_count = rating_count - 1, rating_sum = rating_sum - old.rating,
    half_stars1 = half_stars1 - (old.rating = 0.5), half_stars2 = half_stars2 - (old.rating = 1), half_stars3 = half_stars3 - (old.rating = 1.5), half_stars4 = half_stars4 - (old.rating = 2), half_stars5 = half_stars5 - (old.rating = 2.5), half_stars6 = half_stars6 - (old.rating = 3), half_stars7 = half_stars7 - (old.rating = 3.5), half_stars8 = half_stars8 - (old.rating = 4), half_stars9 = half_stars9 - (old.rating = 4.5), half_stars10 = half_stars10 - (old.rating = 5)
    WHERE movie_id = old.movie_id AND audience = 'all';
END;--> statement-breakpoint
-- Before the user goes: the triggers of ratings look at whose they are.
CREATE TRIGGER `users_ratings_delete` BEFORE DELETE ON `users` BEGIN
  DELETE FROM `ratings` WHERE user_id = old.id;
END;--> statement-breakpoint
INSERT INTO `movie_statistics` (movie_id, audience, rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10)
  SELECT movie_id, 'all', count(*), sum(rating), max(rated_at), sum(rating = 0.5), sum(rating = 1), sum(rating = 1.5), sum(rating = 2), sum(rating = 2.5), sum(rating = 3), sum(rating = 3.5), sum(rating = 4), sum(rating = 4.5), sum(rating = 5) FROM `ratings` GROUP BY movie_id;--> statement-breakpoint
INSERT INTO `movie_statistics` (movie_id, audience, rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10)
  SELECT movie_id, 'imported', count(*), sum(rating), max(rated_at), sum(rating = 0.5), sum(rating = 1), sum(rating = 1.5), sum(rating = 2), sum(rating = 2.5), sum(rating = 3), sum(rating = 3.5), sum(rating = 4), sum(rating = 4.5), sum(rating = 5) FROM `ratings` JOIN `users` ON users.id = user_id WHERE source = 'import' GROUP BY movie_id;--> statement-breakpoint
INSERT INTO `movie_statistics` (movie_id, audience, rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10)
  SELECT movie_id, 'published', count(*), sum(rating), max(rated_at), sum(rating = 0.5), sum(rating = 1), sum(rating = 1.5), sum(rating = 2), sum(rating = 2.5), sum(rating = 3), sum(rating = 3.5), sum(rating = 4), sum(rating = 4.5), sum(rating = 5) FROM `ratings` JOIN `users` ON users.id = user_id WHERE source = 'import' GROUP BY movie_id;--> statement-breakpoint
INSERT INTO `movie_statistics` (movie_id, audience)
  SELECT movie_id, column1 FROM (SELECT DISTINCT movie_id FROM `ratings`), (VALUES ('imported'), ('published'), ('private')) WHERE true ON CONFLICT DO NOTHING;--> statement-breakpoint
UPDATE `movie_statistics` SET rating_count = rating_count WHERE audience = 'all';
