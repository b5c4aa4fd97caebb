CREATE VIRTUAL TABLE `movie_titles` USING fts5(names, tokenize='unicode61 remove_diacritics 2', prefix='1 2 3');--> statement-breakpoint
INSERT INTO `movie_titles` (rowid, names) SELECT id, display_title || ' ' || title FROM `movies`;--> statement-breakpoint
CREATE TRIGGER `movies_titles_insert` AFTER INSERT ON `movies` BEGIN
  INSERT INTO `movie_titles` (rowid, names) VALUES (new.id, new.display_title || ' ' || new.title);
END;--> statement-breakpoint
CREATE TRIGGER `movies_titles_update` AFTER UPDATE OF title, display_title ON `movies` BEGIN
  UPDATE `movie_titles` SET names = new.display_title || ' ' || new.title WHERE rowid = new.id;
END;--> statement-breakpoint
CREATE TRIGGER `movies_titles_delete` AFTER DELETE ON `movies` BEGIN
  DELETE FROM `movie_titles` WHERE rowid = old.id;
END;--> statement-breakpoint
INSERT INTO `movie_statistics` (movie_id, rating_count, rating_sum, last_rated_at, half_stars1, half_stars2, half_stars3, half_stars4, half_stars5, half_stars6, half_stars7, half_stars8, half_stars9, half_stars10)
  SELECT movie_id, count(*), sum(rating), max(rated_at), sum(rating = 0.5), sum(rating = 1), sum(rating = 1.5), sum(rating = 2), sum(rating = 2.5), sum(rating = 3), sum(rating = 3.5), sum(rating = 4), sum(rating = 4.5), sum(rating = 5) FROM `ratings` GROUP BY movie_id;--> statement-breakpoint
CREATE TRIGGER `ratings_statistics_insert` AFTER INSERT ON `ratings` BEGIN
  INSERT INTO `movie_statistics` (movie_id) VALUES (new.movie_id) ON CONFLICT DO NOTHING;
  UPDATE `movie_statistics` SET rating_count = rating_count + 1, rating_sum = rating_sum + new.rating,
    last_rated_at = max(coalesce(last_rated_at, new.rated_at), coalesce(new.rated_at, last_rated_at)),
    half_stars1 = half_stars1 + (new.rating = 0.5), half_stars2 = half_stars2 + (new.rating = 1), half_stars3 = half_stars3 + (new.rating = 1.5), half_stars4 = half_stars4 + (new.rating = 2), half_stars5 = half_stars5 + (new.rating = 2.5), half_stars6 = half_stars6 + (new.rating = 3), half_stars7 = half_stars7 + (new.rating = 3.5), half_stars8 = half_stars8 + (new.rating = 4), half_stars9 = half_stars9 + (new.rating = 4.5), half_stars10 = half_stars10 + (new.rating = 5)
  WHERE movie_id = new.movie_id;
END;--> statement-breakpoint
CREATE TRIGGER `ratings_statistics_update` AFTER UPDATE OF movie_id, rating, rated_at ON `ratings` BEGIN
  UPDATE `movie_statistics` SET rating_count = rating_count - 1, rating_sum = rating_sum - old.rating,
    last_rated_at = (SELECT max(rated_at) FROM `ratings` WHERE movie_id = old.movie_id),
    half_stars1 = half_stars1 - (old.rating = 0.5), half_stars2 = half_stars2 - (old.rating = 1), half_stars3 = half_stars3 - (old.rating = 1.5), half_stars4 = half_stars4 - (old.rating = 2), half_stars5 = half_stars5 - (old.rating = 2.5), half_stars6 = half_stars6 - (old.rating = 3), half_stars7 = half_stars7 - (old.rating = 3.5), half_stars8 = half_stars8 - (old.rating = 4), half_stars9 = half_stars9 - (old.rating = 4.5), half_stars10 = half_stars10 - (old.rating = 5)
  WHERE movie_id = old.movie_id;
  INSERT INTO `movie_statistics` (movie_id) VALUES (new.movie_id) ON CONFLICT DO NOTHING;
  UPDATE `movie_statistics` SET rating_count = rating_count + 1, rating_sum = rating_sum + new.rating,
    last_rated_at = max(coalesce(last_rated_at, new.rated_at), coalesce(new.rated_at, last_rated_at)),
    half_stars1 = half_stars1 + (new.rating = 0.5), half_stars2 = half_stars2 + (new.rating = 1), half_stars3 = half_stars3 + (new.rating = 1.5), half_stars4 = half_stars4 + (new.rating = 2), half_stars5 = half_stars5 + (new.rating = 2.5), half_stars6 = half_stars6 + (new.rating = 3), half_stars7 = half_stars7 + (new.rating = 3.5), half_stars8 = half_stars8 + (new.rating = 4), half_stars9 = half_stars9 + (new.rating = 4.5), half_stars10 = half_stars10 + (new.rating = 5)
  WHERE movie_id = new.movie_id;
END;--> statement-breakpoint
CREATE TRIGGER `ratings_statistics_delete` AFTER DELETE ON `ratings` BEGIN
  UPDATE `movie_statistics` SET rating_count = rating_count - 1, rating_sum = rating_sum - old.rating,
    last_rated_at = (SELECT max(rated_at) FROM `ratings` WHERE movie_id = old.movie_id),
    half_stars1 = half_stars1 - (old.rating = 0.5), half_stars2 = half_stars2 - (old.rating = 1), half_stars3 = half_stars3 - (old.rating = 1.5), half_stars4 = half_stars4 - (old.rating = 2), half_stars5 = half_stars5 - (old.rating = 2.5), half_stars6 = half_stars6 - (old.rating = 3), half_stars7 = half_stars7 - (old.rating = 3.5), half_stars8 = half_stars8 - (old.rating = 4), half_stars9 = half_stars9 - (old.rating = 4.5), half_stars10 = half_stars10 - (old.rating = 5)
  WHERE movie_id = old.movie_id;
END;
