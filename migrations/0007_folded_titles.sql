-- The functions are the program's own (src/db/open.ts): fold_text, sort_key, fold_genres, index_words.
DROP TRIGGER `movies_titles_insert`;--> statement-breakpoint
DROP TRIGGER `movies_titles_update`;--> statement-breakpoint
DROP TRIGGER `movies_titles_delete`;--> statement-breakpoint
DROP TABLE `movie_titles`;--> statement-breakpoint
CREATE VIRTUAL TABLE `movie_titles` USING fts5(names, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'", prefix='1 2 3');--> statement-breakpoint
INSERT INTO `movie_titles` (rowid, names) SELECT id, index_words(display_title || ' ' || title) FROM `movies`;--> statement-breakpoint
INSERT INTO `movie_names` (movie_id, folded, sort_key, genres) SELECT id, fold_text(display_title), sort_key(title), fold_genres(genres) FROM `movies`;--> statement-breakpoint
CREATE TRIGGER `movies_names_insert` AFTER INSERT ON `movies` BEGIN
  INSERT INTO `movie_titles` (rowid, names) VALUES (new.id, index_words(new.display_title || ' ' || new.title));
  INSERT INTO `movie_names` (movie_id, folded, sort_key, genres)
    VALUES (new.id, fold_text(new.display_title), sort_key(new.title), fold_genres(new.genres));
END;--> statement-breakpoint
CREATE TRIGGER `movies_names_update` AFTER UPDATE OF title, display_title, genres ON `movies` BEGIN
  UPDATE `movie_titles` SET names = index_words(new.display_title || ' ' || new.title) WHERE rowid = new.id;
  UPDATE `movie_names` SET folded = fold_text(new.display_title), sort_key = sort_key(new.title), genres = fold_genres(new.genres)
    WHERE movie_id = new.id;
END;--> statement-breakpoint
CREATE TRIGGER `movies_names_delete` AFTER DELETE ON `movies` BEGIN
  DELETE FROM `movie_titles` WHERE rowid = old.id;
END;
